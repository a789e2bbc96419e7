import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { loadModel } from "../../src/index.ts";
import { compilerFacts } from "./compiler-facts.ts";
import { emit, verified } from "./emit.ts";
import { compileTypeScript, loadTypeScript } from "./typescript-module.ts";

interface ViewClass {
  readonly size: number;
  readonly align: number;
  readonly members: readonly string[];
}

/** The TypeScript name of each aggregate by its name in C, read from the generated text. */
function typescriptClasses(text: string): Map<string, string> {
  const pattern = /^\/\*\* ((?:struct|union) \w+|\w+), [^*]* \*\/\nexport class (\w+) extends View/gm;
  return new Map([...text.matchAll(pattern)].map((match) => [match[1], match[2]]));
}

describe("the generated TypeScript module is what compilers make of Xen's headers", () => {
  for (const { xen, arch } of verified) {
    test(`${xen} ${arch}`, async () => {
      const text = emit("typescript", loadModel(xen, arch, "tools"));
      const names = typescriptClasses(text);
      const bindings = await loadTypeScript(text);
      bindings.checkBindings();
      const facts = compilerFacts(xen, arch);
      let checks = 0;
      for (const [key, struct] of Object.entries(facts.structs)) {
        const type = bindings[names.get(key) ?? ""] as ViewClass;
        expect([type.size, type.align], key).toEqual([struct.size, struct.align]);
        const view = bindings.create(type);
        for (const field of struct.fields) {
          if (field.anonymous || /[.[]/.test(field.path)) continue;
          const held = view[field.path];
          expect(held, `${key}.${field.path}`).toBeDefined();
          if (typeof held !== "object" || held === null) continue;
          const at = (held as { $at?: number }).$at ?? (held as Uint8Array).byteOffset;
          expect(at, `${key}.${field.path}`).toBe(field.offset);
          checks++;
        }
        checks += 2;
      }
      for (const { name, value, bytes } of facts.constants) {
        const ours = bindings[name] as number | bigint;
        expect(BigInt(ours), name).toBe(value);
        if (bytes !== undefined) expect(typeof ours, name).toBe(bytes === 8 ? "bigint" : "number");
        checks++;
      }
      console.log(
        `TypeScript ${xen} ${arch}: ${Object.keys(facts.structs).length} structs, ${facts.constants.length} constants, ${checks} checks`,
      );
    });
  }
});

test("TypeScript's strictest rules accept it, and refuse a wrong use", () => {
  const text = emit("typescript", loadModel("4.20", "arm64", "tools"));
  const right = `import { encode, decode, XenMemoryReservation, GnttabCopy } from "./xen.ts";
const bytes = encode(XenMemoryReservation, { nr_extents: 5n, domid: 0x7ff0 });
const count: bigint = decode(XenMemoryReservation, bytes).nr_extents;
const copy = encode(GnttabCopy, { source: { u: { ref: 3 }, domid: 1 }, len: 16 });
const inner: number = decode(GnttabCopy, copy).source.u.ref;
void count, void inner;
`;
  expect(compileTypeScript(text, right)).toBe("");
  const wrong =
    'import { encode, XenMemoryReservation } from "./xen.ts";\nencode(XenMemoryReservation, { nr_extents: 5 });\n';
  const small = emit("typescript", loadModel("4.20", "arm64", "tools"), { only: ["xen_memory_reservation"] });
  expect(compileTypeScript(small, wrong)).toContain("not assignable to type 'bigint'");
  // Nothing is there that a struct without bit fields and arrays, or a constant alone, does not use.
  for (const only of ["xen_memory_reservation", "XENMEM_populate_physmap"])
    expect(compileTypeScript(emit("typescript", loadModel("4.20", "arm64", "tools"), { only: [only] }))).toBe(
      "",
    );
}, 300_000);

test("a bundler leaves out what is not used", async () => {
  const contents = emit("typescript", loadModel("4.20", "arm64", "tools"));
  const bundled = await build({
    stdin: {
      contents:
        'import { XENMEM_populate_physmap, XenMemoryReservation } from "xen"; console.log(XENMEM_populate_physmap, XenMemoryReservation);',
    },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    logLevel: "silent",
    plugins: [
      {
        name: "bindings",
        setup(plugin) {
          plugin.onResolve({ filter: /^xen$/ }, () => ({ path: "xen.ts", namespace: "bindings" }));
          plugin.onLoad({ filter: /.*/, namespace: "bindings" }, () => ({ contents, loader: "ts" }));
        },
      },
    ],
  });
  const left = bundled.outputFiles[0].text;
  expect(left).toContain("XenMemoryReservation = class extends View");
  expect([...left.matchAll(/(\w+) = class extends/g)].map((match) => match[1])).toEqual([
    "XenMemoryReservation",
  ]);
  expect(left.length).toBeLessThan(3_000);
});

test("encode and decode say what is wrong", async () => {
  const text = emit("typescript", loadModel("4.20", "arm64", "tools"), {
    only: ["xen_memory_reservation", "ioreq"],
  });
  const { encode, decode, over, XenMemoryReservation, Ioreq } = await loadTypeScript(text);
  expect(() => encode(XenMemoryReservation, { domid: 0x10000 })).toThrow(/domid: 65536 does not fit/);
  expect(() => encode(XenMemoryReservation, { extents: 1 })).toThrow(/no member extents/);
  expect(() => encode(Ioreq, { state: 16 })).toThrow(/state: 16 does not fit/);
  expect(() => decode(XenMemoryReservation, new Uint8Array(31))).toThrow(/needs 32 bytes at 0, of 31/);
  const bytes = new Uint8Array(40);
  const view = over(XenMemoryReservation, bytes, 8);
  view.domid = 0x7ff0;
  expect([bytes[32], bytes[33]]).toEqual([0xf0, 0x7f]);
});
