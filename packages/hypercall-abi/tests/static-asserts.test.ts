import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bundledViews, HeaderReader, loadModel, readHeaderTree, renderStaticAsserts } from "../src/index.ts";
import { howToGetHeaders, presentHeaders } from "./present-headers.ts";

const compilers: Readonly<Record<string, readonly string[]>> = {
  arm64: ["aarch64-linux-gnu-gcc", "aarch64-linux-gnu-gcc-12"],
  arm32: ["arm-linux-gnueabihf-gcc", "arm-linux-gnueabi-gcc", "arm-linux-gnueabihf-gcc-12"],
  x86_64: ["x86_64-linux-gnu-gcc"],
};

function compilerFor(arch: string): string | undefined {
  return compilers[arch]?.find((name) => spawnSync(name, ["--version"]).status === 0);
}

/** What the compiler says of a file of assertions; empty when all hold. */
function compile(compiler: string, text: string, root: string): string {
  const folder = mkdtempSync(join(tmpdir(), "xgt-asserts-"));
  try {
    // arch-arm/smccc.h asks for "public/xen.h".
    mkdirSync(join(folder, "include"));
    symlinkSync(root, join(folder, "include/public"));
    writeFileSync(join(folder, "asserts.c"), text);
    const options = ["-std=gnu11", "-fsyntax-only", "-ffreestanding", "-w", "-fmax-errors=20"];
    // Not -I: Xen has a features.h, and so has the C library.
    const paths = ["-iquote", root, "-iquote", join(folder, "include")];
    const run = spawnSync(compiler, [...options, ...paths, join(folder, "asserts.c")], { encoding: "utf8" });
    return run.status === 0 ? "" : run.stderr || `exit ${run.status}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("assertions made from the model hold over the real headers", () => {
  const present = presentHeaders();
  if (present.length === 0) test.skip(howToGetHeaders, () => {});
  for (const { what, root, release } of present) {
    for (const { arch, mode } of bundledViews) {
      const compiler = compilerFor(arch);
      const name = `${what}: ${arch} ${mode}${compiler === undefined ? ` (no compiler: ${compilers[arch][0]})` : ""}`;
      test.skipIf(compiler === undefined)(name, () => {
        const { abi } = new HeaderReader(readHeaderTree(root)).read({
          xen: release ?? "installed",
          arch,
          mode,
        });
        const { text, count } = renderStaticAsserts(abi, { prefix: "" });
        expect(count).toBeGreaterThan(5_000);
        expect(compile(compiler!, text, root)).toBe("");
        // The same assertions with one number changed must fail.
        const wrong = text.replace(
          "sizeof(struct xen_memory_reservation) == 32",
          "sizeof(struct xen_memory_reservation) == 40",
        );
        expect(compile(compiler!, wrong, root)).toContain("xen_memory_reservation");
      });
    }
  }
});

test("every struct, plain field and constant is asserted", () => {
  const abi = loadModel("4.20", "arm64", "guest");
  const { text, count } = renderStaticAsserts(abi, { prefix: "xen/" });
  expect(text.split("\n").filter((line) => line.startsWith("_Static_assert("))).toHaveLength(count);
  expect(text).toContain('#include "xen/memory.h"');
  expect(text).toContain("__builtin_offsetof(struct xen_memory_reservation, domid) == 24");
  expect(text).toContain("__builtin_types_compatible_p(__typeof__(DOMID_SELF), unsigned int)");
  for (const name of Object.keys(abi.structs)) expect(text).toContain(`sizeof(${name}) == `);
  for (const name of Object.keys(abi.constants)) expect(text).toContain(`(${name}) == `);
});
