import { describe, expect, test } from "vitest";
import { type Abi, BindingError, docComments, HeaderReader, headerTreeOf } from "../../src/index.ts";
import { makePlan, targets } from "../../src/targets/index.ts";
import {
  goCompiler,
  hostCompiler,
  hostCxxCompiler,
  inFolder,
  pythonInterpreter,
  rustCompiler,
  titled,
} from "./toolchain.ts";
import { loadTypeScript } from "./typescript-module.ts";

/** Words of some language here, names that a generated file uses itself, and text that no comment can hold as it is. */
const words = [
  ..."type lambda class self Self super crate fn None True def in is match yield async await of let".split(
    " ",
  ),
  ..."arguments eval new delete this function func range map chan go package import".split(" "),
  ..."join_bytes split_bytes size_behind wanted sizeof_ sys bit_field getattr bytes _check".split(" "),
  ..."View decode encode wrong checkBindings checkLayout Array DataView create over".split(" "),
  ..."constructor toString hasOwnProperty __proto__ valueOf _ __ Handle64 HandleOf unsafe".split(" "),
];
const text = `${words.map((word, i) => `#define ${word} ${i}`).join("\n")}
#define TEXT "a\\"b\\\\c\\177\\tz \u00e9 \u202e?"
/* turned \u202e around, ends \u2028 here: """ and \\ */
union private { unsigned int mutable, protected; };
struct a {
    unsigned int nr; /* \u2066 also here */
    union private private;
    unsigned short _fields_;
};
`;

function bindings(language: string): string {
  const tree = headerTreeOf("names", [["t.h", text]]);
  const { abi, diagnostics } = new HeaderReader(tree).read({ xen: "test", arch: "arm64", mode: "guest" });
  expect(diagnostics).toEqual([]);
  const target = targets.find(({ name }) => name === language);
  if (target === undefined) throw new Error(`no target ${language}`);
  const { plan } = makePlan(abi, { docOf: docComments(tree) });
  return target.emit(plan, { prefix: "" });
}

/** The value of TEXT as each language's own program prints it. */
const shown = 'a"b\\c\u007f\tz \u00e9 \u202e?';

describe("names and text of headers are no danger to generated code", () => {
  for (const { name } of targets) {
    test(`${name}: no mark that turns text around is left as it is`, () => {
      expect(bindings(name)).not.toMatch(/[\p{Cf}\u2028\u2029]/u);
    });
  }

  for (const [compiler, missing, language] of [
    [hostCompiler, "gcc", "c"],
    [hostCxxCompiler, "g++", "c++"],
  ] as const) {
    test.skipIf(compiler === undefined)(titled(language, compiler, missing), () => {
      const main = `#include <stdio.h>\n#include "xen.h"\nint main(void) { fputs(TEXT, stdout); return 0; }\n`;
      inFolder({ "xen.h": bindings("c"), "main.c": main }, (folder, run) => {
        expect(run(compiler ?? "", "-x", language, "main.c", "-o", "main").stderr).toBe("");
        expect(run(`${folder}/main`).stdout).toBe(shown);
      });
    });
  }

  test.skipIf(rustCompiler === undefined)(titled("rust", rustCompiler, "rustc"), () => {
    const main = `mod xen;\nfn main() { assert_eq!(xen::r#type, 0); assert_eq!(xen::self_, 3); print!("{}", xen::TEXT); }\n`;
    inFolder({ "xen.rs": bindings("rust"), "main.rs": main }, (folder, run) => {
      expect(run(rustCompiler ?? "", "--edition", "2021", "main.rs", "-o", "main").stderr).toBe("");
      expect(run(`${folder}/main`).stdout).toBe(shown);
    });
  });

  test.skipIf(goCompiler === undefined)(titled("go", goCompiler, "go"), () => {
    const main = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Print(TEXT, Type) }\n';
    const library = bindings("go").replace(/^package xen$/m, "package main");
    inFolder({ "xen.go": library, "main.go": main }, (_, run) => {
      expect(run(goCompiler ?? "", "run", "xen.go", "main.go")).toMatchObject({
        stdout: `${shown}0`,
        stderr: "",
      });
    });
  });

  test.skipIf(pythonInterpreter === undefined)(titled("python", pythonInterpreter, "python3"), () => {
    const main = "import sys, xen\nassert xen.Xlambda == 1\nsys.stdout.buffer.write(xen.TEXT.encode())\n";
    inFolder({ "xen.py": bindings("python"), "main.py": main }, (_, run) => {
      expect(run(pythonInterpreter ?? "", "-B", "main.py")).toMatchObject({ stdout: shown, stderr: "" });
    });
  });

  test("typescript", async () => {
    const module = (await loadTypeScript(bindings("typescript"))) as unknown as Record<string, unknown> & {
      checkBindings: () => void;
    };
    expect(() => module.checkBindings()).not.toThrow();
    expect({ text: module.TEXT, type: module.type, word: module.class_ }).toEqual({
      text: shown,
      type: 0,
      word: 2,
    });
  });
});

test("a member called as what every object has, in TypeScript", async () => {
  const tree = headerTreeOf("names", [
    ["t.h", "struct held { unsigned char constructor, constructor_, toString; };\n"],
  ]);
  const { abi } = new HeaderReader(tree).read({ xen: "test", arch: "arm64", mode: "guest" });
  const text = targets.find(({ name }) => name === "typescript")?.emit(makePlan(abi).plan, { prefix: "" });
  const { Held, encode, decode, checkBindings } = (await loadTypeScript(text ?? "")) as unknown as {
    Held: unknown;
    encode: (type: unknown, values: object) => Uint8Array;
    decode: (type: unknown, bytes: Uint8Array) => object;
    checkBindings: () => void;
  };
  checkBindings();
  const values = { constructor_: 1, constructor__: 2, toString: 3 };
  expect(encode(Held, values)).toEqual(Uint8Array.of(1, 2, 3));
  expect(decode(Held, Uint8Array.of(1, 2, 3))).toEqual(values);
});

test("Python imports what it uses, and no more", () => {
  const tree = headerTreeOf("names", [["t.h", "struct held { unsigned char a; };\n"]]);
  const { abi } = new HeaderReader(tree).read({ xen: "test", arch: "arm64", mode: "guest" });
  const text = targets.find(({ name }) => name === "python")?.emit(makePlan(abi).plan, { prefix: "" });
  expect(text).toContain("import c_uint8, sizeof\n");
  expect(text).not.toMatch(/IntEnum|c_int8|c_uint64/);
});

test("a macro of C that is called as a member is refused by its name", () => {
  const tree = headerTreeOf("names", [["t.h", "struct a { unsigned int later; };\n#define later 5\n"]]);
  const { abi } = new HeaderReader(tree).read({ xen: "test", arch: "arm64", mode: "guest" });
  const c = targets.find(({ name }) => name === "c");
  expect(() => c?.emit(makePlan(abi).plan, { prefix: "" })).toThrow(/^later: /);
});

test.each(["toString", "constructor", "__proto__", "hasOwnProperty", "valueOf"])(
  "a model's type called %s is no type that has a size",
  (type) => {
    const field = { path: "x", offset: 0, size: 4, type };
    const tree = headerTreeOf("names", [["t.h", "struct a { unsigned int x; };\n"]]);
    const { abi } = new HeaderReader(tree).read({ xen: "test", arch: "arm64", mode: "guest" });
    const model = { ...abi, structs: { "struct a": { ...abi.structs["struct a"], fields: [field] } } } as Abi;
    for (const { emit } of targets) {
      expect(() => emit(makePlan(model).plan, { prefix: "" })).toThrow(BindingError);
      expect(() => emit(makePlan(model).plan, { prefix: "" })).toThrow(`no mapping for type '${type}'`);
    }
  },
);
