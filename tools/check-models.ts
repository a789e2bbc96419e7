// Holds the bundled models against C compilers: for every release a file of _Static_asserts over Xen's real headers.
//
//   node tools/run-ts.mjs tools/check-models.ts --git DIR [--release V]...
//
// Compilers are looked for on the PATH (aarch64-linux-gnu-gcc, arm-linux-gnueabihf-gcc, x86_64-linux-gnu-gcc); an
// architecture without one is said to be left out.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  bundledViews,
  modelSources,
  modelsOf,
  renderStaticAsserts,
} from "../packages/hypercall-abi/src/index.ts";
import { unpackHeaders } from "./unpack-headers.ts";

const compilers: Readonly<Record<string, readonly string[]>> = {
  arm64: ["aarch64-linux-gnu-gcc", "aarch64-linux-gnu-gcc-12"],
  arm32: ["arm-linux-gnueabihf-gcc", "arm-linux-gnueabihf-gcc-12"],
  x86_64: ["x86_64-linux-gnu-gcc", "gcc"],
};

const { values } = parseArgs({
  options: { git: { type: "string" }, release: { type: "string", multiple: true } },
});

function compilerFor(arch: string): string | undefined {
  return compilers[arch]?.find((name) => spawnSync(name, ["--version"]).status === 0);
}

function main(git: string): void {
  let failed = 0;
  let asserted = 0;
  for (const { xen, commit } of modelSources) {
    if (values.release !== undefined && !values.release.includes(xen)) continue;
    const folder = mkdtempSync(join(tmpdir(), "xgt-check-"));
    try {
      mkdirSync(join(folder, "out"));
      unpackHeaders(git, commit, folder);
      for (const { arch, mode } of bundledViews) {
        const compiler = compilerFor(arch);
        if (compiler === undefined) {
          process.stdout.write(`${xen} ${arch} ${mode}: left out, no compiler\n`);
          continue;
        }
        const abi = modelsOf(arch, mode).find((model) => model.xen === xen);
        if (abi === undefined) continue;
        const { text, count } = renderStaticAsserts(abi, { prefix: "" });
        const file = join(folder, "out", `${arch}-${mode}.c`);
        writeFileSync(file, text);
        const include = join(folder, "xen/include/public");
        const options = [
          "-std=gnu11",
          "-fsyntax-only",
          "-w",
          "-fmax-errors=10",
          "-iquote",
          include,
          "-iquote",
          folder,
        ];
        const run = spawnSync(compiler, [...options, file], { encoding: "utf8" });
        asserted += count;
        if (run.status !== 0) failed++;
        process.stdout.write(
          `${xen} ${arch} ${mode}: ${count} assertions, ${run.status === 0 ? "all hold" : "FAILED"}\n`,
        );
        if (run.status !== 0) process.stdout.write(`${run.stderr.slice(0, 4000)}\n`);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  process.stdout.write(`${asserted} assertions, ${failed} files failed\n`);
  if (failed > 0) process.exitCode = 1;
}

if (values.git === undefined) {
  process.stderr.write("usage: check-models.ts --git DIR [--release V]...\n");
  process.exitCode = 2;
} else main(values.git);
