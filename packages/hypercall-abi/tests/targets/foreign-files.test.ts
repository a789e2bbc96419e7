import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ForeignSections } from "../../src/targets/plan/foreign-sections.ts";
import {
  assign,
  checkExample,
  create,
  decode,
  Example,
  encode,
} from "../../src/targets/typescript/support.ts";
import {
  arm32Compiler,
  arm64Compiler,
  goCompiler,
  goFormatter,
  hostCompiler,
  hostCxxCompiler,
  inFolder,
  pythonInterpreter,
  rustCompiler,
  rustEdition,
  rustFormatter,
  titled,
} from "./toolchain.ts";

const folder = join(import.meta.dirname, "../../src/targets");
const file = (path: string): string => join(folder, path);

const strict = ["-std=gnu11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-ffreestanding", "-fsyntax-only"];
const strictCxx = ["-x", "c++", "-std=gnu++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"];
const crate = ["--edition", rustEdition, "--crate-type", "lib", "--emit", "metadata", "-D", "warnings"];

/** Each file as it stands, and the tools that must find nothing wrong with it. */
const checks: readonly [path: string, tool: string | undefined, name: string, options: readonly string[]][] =
  [
    ["c/shim.c", hostCompiler, "gcc", [...strict, "-DXGT_SHIM_HVC=issue"]],
    ["c/shim.c", arm64Compiler, "aarch64-linux-gnu-gcc", strict],
    ["c/shim.c", arm32Compiler, "arm-linux-gnueabihf-gcc", strict],
    ["c/shim.c", hostCxxCompiler, "g++", [...strictCxx, "-DXGT_SHIM_HVC=issue"]],
    ["c/shim.h", hostCompiler, "gcc", strict],
    ["c/rings.h", hostCompiler, "gcc", strict],
    ["c/rings.h", hostCxxCompiler, "g++", strictCxx],
    ...["rust/shim.rs", "rust/support.rs", "rust/rings.rs"].flatMap(
      (path): [string, string | undefined, string, string[]][] => [
        [path, rustCompiler, "rustc", [...crate, "-o", "crate.rmeta"]],
        [path, rustFormatter, "rustfmt", ["--edition", "2021", "--check"]],
      ],
    ),
    ["go/support.go", goCompiler, "go", ["vet"]],
    ["go/support.go", goFormatter, "gofmt", ["-l", "-d"]],
    ["python/support.py", pythonInterpreter, "python3", ["-W", "error"]],
  ];

describe("foreign code that generated text is made of", () => {
  for (const [path, tool, name, options] of checks) {
    test.skipIf(tool === undefined)(titled(`${path}: ${name} finds nothing`, tool, name), () => {
      inFolder({}, (_, run) => {
        expect(run(tool ?? "", ...options, file(path))).toMatchObject({ status: 0, stdout: "", stderr: "" });
      });
    });
  }

  test("every file of another language is in the list, or TypeScript", () => {
    const listed = new Set([...checks.map(([path]) => path), "typescript/support.ts"]);
    const foreign = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((path) => path.replaceAll("\\", "/"))
      .filter((path) => /\.[a-z]+$/.test(path) && (!path.endsWith(".ts") || /\/support\.ts$/.test(path)));
    expect(foreign.sort()).toEqual([...listed].sort());
  });
});

describe("a section", () => {
  const sections = new ForeignSections(
    "top\n/* ==== first: why */\n\na\n\nb\n\n// ==== second\nc\n# ==== end\n",
  );

  test("goes from its line to the next, without the empty lines around it", () => {
    expect(sections.lines("first")).toEqual(["a", "", "b"]);
    expect(sections.text("second")).toBe("c");
  });

  test("that is not there is said", () => {
    expect(() => sections.text("third")).toThrow("no section third");
  });
});

describe("the TypeScript support", () => {
  test("finds its example as it states it", () => {
    expect(checkExample()).toEqual([]);
  });

  test("writes and reads numbers, bits and arrays, and refuses what does not fit", () => {
    const value = { frame: 0x80010n, order: 0xabc, flags: 5, counts: [1, 2, 0xffff] };
    const bytes = encode(Example, value);
    expect([...bytes]).toEqual([0x10, 0, 8, 0, 0, 0, 0, 0, 0xbc, 0x5a, 1, 0, 2, 0, 0xff, 0xff]);
    expect(decode(Example, bytes)).toEqual(value);
    expect(() => encode(Example, { order: 0x1000 })).toThrow("Example.order: 4096 does not fit");
    expect(() => assign(create(Example), { counts: [1, 2, 3, 4] })).toThrow("4 values, room for 3");
  });
});
