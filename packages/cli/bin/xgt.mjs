#!/usr/bin/env node
// Starts the bundle; this file stays in place so that npm can link the command before anything is built.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const bundle = new URL("../dist/xgt.mjs", import.meta.url);
if (existsSync(fileURLToPath(bundle))) await import(bundle.href);
else {
  process.stderr.write("xgt: error: the program is not built yet: run `npm run build` in the workspace\n");
  process.exitCode = 2;
}
