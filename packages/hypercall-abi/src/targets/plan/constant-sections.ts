import { architectureOf } from "../../model/architecture.ts";
import type { Abi, Constant } from "../../model/model.ts";
import { BindingError, checkedName, forItem } from "./binding-error.ts";
import type { ConstantPlan, ConstantSection } from "./binding-plan.ts";
import { placeText } from "./comment-text.ts";
import { heldAs } from "./held-enums.ts";

/** What a constant belongs to, before its section's members are known. */
interface SectionHead {
  readonly key: string;
  readonly title: string | undefined;
  readonly enumName: string | undefined;
  readonly file: string;
  readonly line: number;
}

/**
 * The chosen constants in the ABI's own groups: "enum" comments, C enums, what the body of a struct defines, and the rest
 * of each header. In the order of the headers and of the lines in them.
 */
export function constantSections(abi: Abi, asserted: Abi, names: ReadonlySet<string>): ConstantSection[] {
  const headOf = sectionHeads(abi);
  const sections = new Map<string, { head: SectionHead; constants: ConstantPlan[] }>();
  for (const [name, constant] of allConstants(abi)) {
    if (!names.has(name)) continue;
    const head = headOf(name, constant);
    let section = sections.get(head.key);
    if (section === undefined) {
      section = { head, constants: [] };
      sections.set(head.key, section);
    }
    section.constants.push(forItem(name, () => constantPlan(abi, asserted, name, constant)));
  }
  const fileRank = new Map(abi.headers.map((file, i) => [file, i]));
  const rank = (file: string): number => fileRank.get(file) ?? abi.headers.length;
  return [...sections.values()]
    .map(({ head, constants }) => ({
      title: head.title,
      enumName: head.enumName,
      heldAs: heldAs(head.enumName),
      file: head.file,
      line: head.line,
      constants: withPlainSigns(head, constants).sort((a, b) => a.line - b.line),
    }))
    .sort(
      (a, b) => rank(a.file) - rank(b.file) || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line),
    );
}

/** In a group all constants have one sign; what stands alone has its own. */
function withPlainSigns(head: SectionHead, constants: readonly ConstantPlan[]): ConstantPlan[] {
  const isGroup = /^(?:enum|group) /.test(head.key);
  const isErrno = /errno/.test(head.title ?? "");
  const anyBelow = isGroup && constants.some(({ value }) => value < 0n);
  return constants.map((constant) => ({
    ...constant,
    plainSigned: constant.signed && (isErrno || anyBelow || constant.value < 0n),
  }));
}

/** Constants, and hypercall numbers that are not among them. */
export function allConstants(abi: Abi): [string, Constant][] {
  const entries = Object.entries(abi.constants);
  for (const [name, number] of Object.entries(abi.hypercalls)) {
    if (!Object.hasOwn(abi.constants, name)) entries.push([name, { value: String(number), type: "int" }]);
  }
  return entries;
}

function sectionHeads(abi: Abi): (name: string, constant: Constant) => SectionHead {
  const known = new Map<string, SectionHead>();
  const enumNames = new Set<string>();
  for (const [key, { file, line, values }] of Object.entries(abi.enums)) {
    const tag = /^enum ([A-Za-z_]\w*)$/.exec(key)?.[1];
    const title = tag === undefined ? `enum at ${placeText(file, line)}` : key;
    if (tag !== undefined) enumNames.add(tag);
    const head = { key: `enum ${key}`, title, enumName: tag, file, line };
    for (const name of Object.keys(values)) known.set(name, head);
  }
  for (const [group, { file, line, members }] of Object.entries(abi.groups)) {
    checkedName(group, "a group of constants");
    // errno.h's "enum" comment encloses a C enum of another name: one of them is enough.
    const head = {
      key: `group ${group}`,
      title: `enum ${group}`,
      enumName: enumNames.has(group) ? undefined : group,
      file,
      line,
    };
    for (const name of members) if (!known.has(name)) known.set(name, head);
  }
  return (name, constant) => {
    const file = constant.file ?? "";
    const head = known.get(name);
    if (head !== undefined) return head;
    const within = constant.within;
    const struct =
      within !== undefined && Object.hasOwn(abi.structs, within) ? abi.structs[within] : undefined;
    if (struct !== undefined) {
      const title = `inside ${within}`;
      return { key: `struct ${within}`, title, enumName: undefined, file: struct.file, line: struct.line };
    }
    return {
      key: `file ${file}`,
      title: undefined,
      enumName: undefined,
      file,
      line: Number.MAX_SAFE_INTEGER,
    };
  };
}

function constantPlan(abi: Abi, asserted: Abi, name: string, constant: Constant): ConstantPlan {
  checkedName(name, "a constant");
  const stated = Object.hasOwn(asserted.constants, name) ? asserted.constants[name] : constant;
  const shape = constantShape(abi, constant.type);
  if (shape === undefined)
    throw new BindingError(`${name}: no mapping for a constant of type '${constant.type}'`);
  const value = integerOf(name, constant.value);
  const low = shape.signed ? -(1n << BigInt(shape.bytes * 8 - 1)) : 0n;
  const high = (1n << BigInt(shape.bytes * 8 - (shape.signed ? 1 : 0))) - 1n;
  if (value < low || value > high)
    throw new BindingError(`${name}: ${value} does not fit its type '${constant.type}'`);
  return {
    name,
    value,
    assertedValue: integerOf(name, stated.value),
    ...shape,
    plainSigned: shape.signed,
    type: constant.type,
    file: constant.file ?? "",
    line: constant.line ?? 0,
  };
}

function integerOf(name: string, text: string): bigint {
  if (!/^-?[0-9]+$/.test(text)) throw new BindingError(`${name}: '${text}' is no whole number`);
  return BigInt(text);
}

/** Width and sign of a C expression's type on this architecture. */
function constantShape(abi: Abi, type: string): Pick<ConstantPlan, "bytes" | "signed"> | undefined {
  const signed = !type.startsWith("unsigned");
  switch (type.replace(/^unsigned /, "")) {
    case "int":
      return { bytes: 4, signed };
    case "short":
    case "char":
    case "signed char":
    case "_Bool":
      // C computes with an int wherever a narrower number stands: `((domid_t)0x7ff0)` is one.
      return { bytes: 4, signed: true };
    case "long":
      return { bytes: architectureOf(abi.arch).pointerSize, signed };
    case "long long":
      return { bytes: 8, signed };
    default:
      return undefined;
  }
}
