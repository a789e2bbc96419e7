import { describe, expect, test } from "vitest";
import {
  type Abi,
  type ArchitectureName,
  BindingError,
  HeaderReader,
  headerTreeOf,
} from "../../src/index.ts";
import { constructs } from "../constructs.ts";
import { emit } from "./emit.ts";
import {
  arm32Compiler,
  arm64Compiler,
  goCompiler,
  hostCompiler,
  inFolder,
  pythonInterpreter,
  rustCompiler,
  type ToolRun,
  titled,
} from "./toolchain.ts";
import { loadTypeScript } from "./typescript-module.ts";

/** Constructs that a language cannot say: refused, by the name of what stands against it. */
const refusals: Readonly<Record<string, readonly string[]>> = {
  c: ["flexible_of_unnamed"],
  rust: [
    ...["packed_member", "flexible_of_unnamed", "packed_aligned", "lowered_typedef", "lowered_struct"],
    ...["aligned_struct_in_packed", "bits_signed", "many_attributes"],
  ],
  go: [
    ...["pack2", "packed_member", "flexible_of_unnamed", "pack1", "pack4", "pack2_aligned_member", "packed"],
    ...["packed_aligned", "packed_inside", "packed_unnamed", "lowered_typedef", "lowered_in_packed"],
    ...[
      "raised_in_packed",
      "lowered_then_raised",
      "lowered_struct",
      "aligned_struct_in_packed",
      "bits_signed",
    ],
    "many_attributes",
  ],
  python: [
    ...["packed_member", "flexible_of_unnamed", "packed_aligned", "aligned", "aligned_member_first"],
    ...["aligned_inside", "lowered_typedef", "lowered_struct", "bits_signed", "many_attributes"],
  ],
  typescript: ["flexible_of_unnamed", "bits_signed"],
};

function modelOf(name: string, text: string, arch: ArchitectureName): Abi {
  return new HeaderReader(headerTreeOf(name, [["t.h", text]])).read({ xen: "test", arch, mode: "tools" }).abi;
}

/** Bindings of all constructs that the language can say; the others are refused by name, and are those listed above. */
function emitted(language: string, arch: ArchitectureName): Map<string, string> {
  const texts = new Map<string, string>();
  const refused: string[] = [];
  for (const [name, text] of constructs) {
    try {
      texts.set(name.replaceAll("-", "_"), emit(language, modelOf(name, text, arch)));
    } catch (error) {
      if (!(error instanceof BindingError)) throw error;
      expect(error.message, name).toMatch(/^(?:(?:struct|union) \w+|t|low)[.:]/);
      refused.push(`${name}: ${error.message}`);
    }
  }
  // On i386 other members lie where a language cannot put them.
  if (arch !== "x86_32")
    expect(refused.map((text) => text.slice(0, text.indexOf(":")))).toEqual(refusals[language]);
  return texts;
}

function compiled(
  language: string,
  arch: ArchitectureName,
  files: (texts: ReadonlyMap<string, string>) => Record<string, string>,
  command: (names: string[]) => readonly string[],
): void {
  const texts = emitted(language, arch);
  expect(texts.size).toBeGreaterThan(60);
  const outcome = inFolder(files(texts), (_, run): ToolRun => {
    const [program, ...args] = command([...texts.keys()]);
    return run(program, ...args);
  });
  expect(
    outcome.stderr
      .split("\n")
      .filter((l) => /error|Error|-->|\.go:/.test(l))
      .slice(0, 60),
  ).toEqual([]);
  expect(outcome.status).toBe(0);
}

describe("C", () => {
  const strict = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fsyntax-only"];
  test.each<[ArchitectureName, string | undefined, string]>([
    ["arm64", arm64Compiler, "-O0"],
    ["arm32", arm32Compiler, "-O0"],
    ["x86_64", hostCompiler, "-m64"],
    ["x86_32", hostCompiler, "-m32"],
  ])("%s", (arch, compiler, option) => {
    if (compiler === undefined) return;
    compiled(
      "c",
      arch,
      (texts) =>
        Object.fromEntries(
          [...texts].flatMap(([n, t]) => [
            [`${n}.h`, t],
            [`${n}.c`, `#include "${n}.h"\n`],
          ]),
        ),
      (names) => [compiler, ...strict, option, ...names.map((name) => `${name}.c`)],
    );
  });
});

test.skipIf(rustCompiler === undefined)(titled("Rust", rustCompiler, "rustc"), () => {
  for (const arch of ["arm64", "arm32", "x86_64", "x86_32"] as const)
    compiled(
      "rust",
      arch,
      (texts) => ({
        ...Object.fromEntries([...texts].map(([n, t]) => [`m_${n}.rs`, t])),
        "lib.rs": `#![no_std]\n${[...texts.keys()].map((n) => `pub mod m_${n};`).join("\n")}\n`,
      }),
      () => [
        rustCompiler ?? "",
        "--edition",
        "2021",
        "--crate-type",
        "lib",
        "--emit",
        "metadata",
        "-D",
        "warnings",
        "lib.rs",
      ],
    );
});

test.skipIf(goCompiler === undefined)(titled("Go", goCompiler, "go"), () => {
  for (const [arch, goarch] of [
    ["arm64", "arm64"],
    ["arm32", "arm"],
    ["x86_64", "amd64"],
    ["x86_32", "386"],
  ] as const)
    compiled(
      "go",
      arch,
      (texts) => Object.fromEntries([...texts].map(([n, t]) => [`p_${n}/xen.go`, t])),
      (names) => ["env", `GOARCH=${goarch}`, goCompiler ?? "", "build", ...names.map((n) => `./p_${n}`)],
    );
});

test.skipIf(pythonInterpreter === undefined)(titled("Python", pythonInterpreter, "python3"), () => {
  for (const arch of ["arm64", "x86_64", "x86_32"] as const)
    compiled(
      "python",
      arch,
      (texts) => ({
        ...Object.fromEntries([...texts].map(([n, t]) => [`m_${n}.py`, t])),
        "all.py": [...texts.keys()].map((n) => `import m_${n}`).join("\n"),
      }),
      () => [pythonInterpreter ?? "", "-B", "all.py"],
    );
});

test("TypeScript", async () => {
  for (const arch of ["arm64", "x86_64", "x86_32"] as const)
    for (const [name, text] of emitted("typescript", arch)) {
      const { checkBindings } = await loadTypeScript(text);
      expect(() => checkBindings(), name).not.toThrow();
    }
});
