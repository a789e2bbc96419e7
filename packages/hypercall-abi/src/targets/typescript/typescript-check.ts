/** End of every TypeScript module: what checkBindings calls. */
export const typescriptCheck: readonly string[] = `/** A size, offset or value is not what is stated. */
export class LayoutError extends Error {
  override readonly name = "LayoutError";
}

function checkValue(wrong: string[], name: string, value: number | bigint, stated: number | bigint): void {
  if (value !== stated) wrong.push(\`\${name}: \${value}, not \${stated}\`);
}

/** Rows: a member's name, offset and bytes, or first bit and bits; an open array has no size. Accessors are used, and the bytes looked at. */
function checkLayout<V extends View>(
  wrong: string[],
  type: ViewType<V>,
  title: string,
  size: number,
  align: number,
  rows: readonly string[],
): void {
  checkValue(wrong, \`size of \${title}\`, type.size, size);
  checkValue(wrong, \`alignment of \${title}\`, type.align, align);
  for (const row of rows) {
    const [name, start, length, unit] = row.split(" ") as [string, string, string, string?];
    const view = create(type);
    const held: unknown = Reflect.get(view, name);
    if (typeof held === "object" && held !== null) {
      const { offset, bytes } = placeOf(held);
      checkValue(wrong, \`offset of \${title}.\${name}\`, offset, Number(start));
      if (unit !== "open") checkValue(wrong, \`size of \${title}.\${name}\`, bytes, Number(length));
      continue;
    }
    Reflect.set(view, name, typeof held === "bigint" ? -1n : -1);
    const scale = unit === "bits" ? 1 : 8;
    const first = Number(start) * scale;
    const end = first + Number(length) * scale;
    for (let bit = 0; bit < Math.max(type.size, size) * 8; bit++) {
      const byte = bit >> 3 < type.size ? view.$view.getUint8(bit >> 3) : 0;
      const stated = bit >= first && bit < end;
      if (((byte >> (bit & 7)) & 1) !== Number(stated)) {
        wrong.push(\`\${title}.\${name}: bit \${bit} is \${stated ? "not its own" : "not of it"}\`);
        break;
      }
    }
  }
}

function placeOf(held: object): { offset: number; bytes: number } {
  if (held instanceof Uint8Array) return { offset: held.byteOffset, bytes: held.byteLength };
  if (held instanceof View) {
    return { offset: held.$at, bytes: (held.constructor as unknown as ViewType<View>).size };
  }
  const array = held as ViewArray<View> | NumberArray | BigIntArray;
  return { offset: array.$at, bytes: array.length * array.width };
}`.split("\n");
