#!/usr/bin/env node
// Runs a TypeScript tool: node tools/run-ts.mjs TOOL.ts [ARGUMENT]...
// Node 20 cannot run TypeScript, so the tool is bundled from the packages' sources into a temporary file first.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { wholeProgram } from "./node-build.mjs";

const [tool, ...rest] = process.argv.slice(2);
if (tool === undefined) {
  process.stderr.write("usage: node tools/run-ts.mjs TOOL.ts [ARGUMENT]...\n");
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "xgt-run-"));
try {
  const outfile = join(folder, "tool.mjs");
  await build({
    ...wholeProgram,
    entryPoints: [tool],
    outfile,
    sourcemap: "inline",
  });
  const run = spawnSync(process.execPath, ["--enable-source-maps", outfile, ...rest], { stdio: "inherit" });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
