// Holds what is read of a hand-kept copy of Xen's headers against a compiler that reads that copy: each size, offset and value.
//
//   node tools/run-ts.mjs tools/check-copy.ts DIR --arch ARCH [--tools] [--header FILE] -- COMPILER OPTION...
//
// What the project around the copy declares comes from its own headers (-I) or from --header, which is included first.
// Prints what the compiler refuses; exit status 1 where it refuses anything.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  architectures,
  HeaderReader,
  isUnread,
  readHeaderTree,
  renderStaticAsserts,
} from "../packages/hypercall-abi/src/index.ts";

const { values, positionals } = parseArgs({
  options: { arch: { type: "string" }, tools: { type: "boolean" }, header: { type: "string" } },
  allowPositionals: true,
});

function main([copy, compiler, ...options]: string[]): void {
  const arch = architectures.find(({ name }) => name === values.arch);
  if (arch === undefined || compiler === undefined) {
    process.stderr.write(
      "usage: check-copy.ts DIR --arch ARCH [--tools] [--header FILE] -- COMPILER OPTION...\n",
    );
    process.exitCode = 2;
    return;
  }
  const tree = readHeaderTree(copy);
  const mode = values.tools ? "tools" : "guest";
  const { abi } = new HeaderReader(tree).read({ xen: "copy", arch: arch.name, mode });
  const { text, count } = renderStaticAsserts(abi, { prefix: "" });
  const folder = mkdtempSync(join(tmpdir(), "xgt-copy-"));
  try {
    const file = join(folder, "copy.c");
    const first = values.header === undefined ? "" : `#include "${resolve(values.header)}"\n`;
    writeFileSync(file, `${first}${text}`);
    const view = ["-std=gnu11", "-fsyntax-only", "-w", "-fmax-errors=0", "-iquote", tree.root];
    const { status, stderr } = spawnSync(compiler, [...options, ...view, file], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    const wrong = stderr.split("\n").filter((line) => line.includes("error:"));
    const structs = Object.keys(abi.structs).length;
    const unread = abi.unmodelled.filter(isUnread).length;
    process.stdout.write(
      `${copy} ${arch.name} ${mode}: ${structs} structs, ${unread} unread, ${count} assertions, ${wrong.length} refused\n`,
    );
    for (const line of wrong) process.stdout.write(`  ${line}\n`);
    process.exitCode = status === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main(positionals);
