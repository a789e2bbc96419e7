import { describe, expect, test } from "vitest";
import { loadModel } from "../../src/index.ts";
import { compilerFacts } from "./compiler-facts.ts";
import { emit, verified } from "./emit.ts";
import { arm32Compiler, arm64Compiler, hostCompiler, inFolder, titled } from "./toolchain.ts";

const compilers = [
  { name: "host gcc", command: hostCompiler },
  { name: "aarch64-linux-gnu-gcc", command: arm64Compiler },
  { name: "arm-linux-gnueabihf-gcc", command: arm32Compiler },
];

const strict = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fsyntax-only"];

/** A file that holds the header against what a compiler said of Xen's own headers. */
function heldAgainst(
  xen: string,
  arch: "arm64" | "arm32",
): { text: string; structs: number; constants: number } {
  const facts = compilerFacts(xen, arch);
  const lines = ['#include "xen.h"'];
  const assert = (condition: string, what: string): void => {
    lines.push(`_Static_assert(${condition}, "${what}");`);
  };
  for (const [key, struct] of Object.entries(facts.structs)) {
    assert(`sizeof(${key}) == ${struct.size} && _Alignof(${key}) == ${struct.align}`, key);
    for (const field of struct.fields) {
      if (field.anonymous || field.bitWidth !== undefined) continue;
      const path = field.path.replace(/\[\]/g, "[0]");
      assert(`__builtin_offsetof(${key}, ${path}) == ${field.offset}`, `${key}.${path}`);
      if (!field.flexible) assert(`sizeof(((${key} *)0)->${path}) == ${field.size}`, `${key}.${path}`);
    }
  }
  for (const { name, value, bytes, signed } of facts.constants) {
    assert(`${name} == ${value < 0n ? `(${value}LL)` : `${value}ULL`}`, name);
    if (bytes === undefined) continue;
    assert(`sizeof(${name}) == ${bytes} && ((__typeof__(${name}))-1 < 0) == ${signed ? 1 : 0}`, name);
  }
  return {
    text: `${lines.join("\n")}\n`,
    structs: Object.keys(facts.structs).length,
    constants: facts.constants.length,
  };
}

describe("the generated C header is what compilers make of Xen's headers", () => {
  for (const { xen, arch } of verified) {
    for (const { name, command } of compilers) {
      test.skipIf(command === undefined)(titled(`${xen} ${arch} with ${name}`, command, name), () => {
        const header = emit("c", loadModel(xen, arch, "tools"));
        const held = heldAgainst(xen, arch);
        inFolder({ "xen.h": header, "held.c": held.text }, (_, run) => {
          expect(run(command!, ...strict, "-Wno-sign-compare", "-Wno-type-limits", "held.c").stderr).toBe("");
        });
        const own = header.split("\n").filter((line) => line.startsWith("_Static_assert(")).length;
        console.log(
          `C ${xen} ${arch} with ${name}: ${held.structs} structs, ${held.constants} constants, ${own} assertions of its own`,
        );
      });
    }
  }
});

test.skipIf(hostCompiler === undefined)(
  titled("a prefix keeps it apart from Xen's names", hostCompiler, "gcc"),
  () => {
    const text = emit("c", loadModel("4.20", "arm64", "tools"), {}, "xgt_");
    const names = [...text.matchAll(/^(?:struct|union|enum) (\w+) \{/gm)].map((match) => match[1]);
    expect(names.length).toBeGreaterThan(500);
    expect(names.filter((name) => !name.startsWith("xgt_"))).toEqual([]);
    expect([...text.matchAll(/^#define (?!XGT_|_Static_assert|_Alignof|xen_[rw]?mb)(\w+)/gm)]).toEqual([]);
    const both = '#include "a.h"\n#include "b.h"\nint use(struct xgt_start_info *a, struct start_info *b);\n';
    inFolder(
      { "a.h": text, "b.h": emit("c", loadModel("4.20", "arm64", "tools")), "both.c": both },
      (_, run) => {
        const result = run(hostCompiler!, ...strict.filter((option) => option !== "-Werror"), "both.c");
        expect(result.stderr).not.toMatch(/redefin|redeclar|assertion failed/);
      },
    );
  },
);

/** A stub of a hypercall, as guests without an operating system write it. */
const assembly = `#include "xen.h"
    .globl stub
stub:
    .long __HYPERVISOR_memory_op, DOMID_SELF, XENMEM_exchange, XEN_EINVAL, GNTST_bad_page
    .quad GUEST_RAM1_SIZE
`;

describe("files of assembly include the header for its constants", () => {
  for (const { name, command } of compilers.slice(1)) {
    test.skipIf(command === undefined)(titled(name, command, name), () => {
      for (const constantsOnly of [false, true]) {
        const header = emit("c", loadModel("4.20", "arm64", "tools"), { constantsOnly });
        inFolder({ "xen.h": header, "stub.S": assembly, "use.c": '#include "xen.h"\n' }, (_, run) => {
          expect(run(command ?? "", "-c", "stub.S", "-o", "stub.o").stderr).toBe("");
          // A name that the header does not define would be a symbol.
          const tool = `${command?.replace(/gcc[^/]*$/, "")}nm`;
          expect(run(tool, "-u", "stub.o")).toMatchObject({ status: 0, stdout: "" });
          expect(run(command ?? "", ...strict, "use.c").stderr).toBe("");
        });
        expect(/^(?:struct|union) \w+ \{/m.test(header)).toBe(!constantsOnly);
      }
    });
  }
});
