import { describe, expect, test } from "vitest";
import {
  type ArchitectureName,
  HeaderReader,
  headerTreeOf,
  type ReadResult,
  renderStaticAsserts,
} from "../src/index.ts";
import { constructs } from "./constructs.ts";
import { placesOf } from "./read-text.ts";
import { arm32Compiler, arm64Compiler, hostCompiler, inFolder, titled } from "./targets/toolchain.ts";

const compilers: readonly {
  readonly arch: ArchitectureName;
  readonly command: string | undefined;
  readonly options: readonly string[];
}[] = [
  { arch: "arm64", command: arm64Compiler, options: [] },
  { arch: "arm32", command: arm32Compiler, options: [] },
  { arch: "x86_64", command: hostCompiler, options: ["-m64"] },
  { arch: "x86_32", command: hostCompiler, options: ["-m32"] },
];

function read(name: string, text: string, arch: ArchitectureName): ReadResult {
  return new HeaderReader(headerTreeOf(name, [["t.h", text]])).read({ xen: "test", arch, mode: "tools" });
}

describe("a model says of a construct what a compiler does", () => {
  for (const { arch, command, options } of compilers) {
    test.skipIf(command === undefined)(titled(arch, command, `compiler for ${arch}`), () => {
      const files: Record<string, string> = {};
      for (const [name, text] of constructs) {
        const result = read(name, text, arch);
        expect(placesOf(result), name).toEqual([]);
        files[`${name}/t.h`] = `${customary}${text}\n`;
        files[`${name}.c`] = renderStaticAsserts(result.abi, { prefix: `${name}/` }).text;
      }
      const sources = [...constructs.keys()].map((name) => `${name}.c`);
      inFolder(files, (_, run) => {
        expect(run(command!, ...options, "-ffreestanding", "-fsyntax-only", "-I.", ...sources).stderr).toBe(
          "",
        );
      });
    });
  }
});

/** What a project that uses these names declares. */
const customary = `#include <stdbool.h>
#include <stdint.h>
#ifndef __CUSTOMARY
#define __CUSTOMARY
typedef uint8_t u8, UINT8, BOOLEAN; typedef uint16_t u16; typedef uint32_t u32, __u32, __le32, uint, ULONG;
typedef int64_t s64, LONG64; typedef uintptr_t ULONG_PTR; typedef char CHAR8;
typedef uint64_t aligned_u64 __attribute__((aligned(8)));
#endif
`;
