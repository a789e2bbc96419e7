#!/usr/bin/env node
// Runs the bundled command, built first where it is missing or older than the sources: npm run xgt -- ARGUMENT...
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const bundle = join(root, "packages/cli/dist/xgt.mjs");

/** Time of the newest source file of the packages. */
function newestSource(folder) {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (["node_modules", "dist", "tests"].includes(entry.name)) continue;
    const path = join(folder, entry.name);
    const time = entry.isDirectory() ? newestSource(path) : statSync(path).mtimeMs;
    newest = Math.max(newest, time);
  }
  return newest;
}

function run(command, args, options) {
  const child = spawnSync(command, args, { stdio: "inherit", ...options });
  if (child.signal !== null) process.kill(process.pid, child.signal);
  return child.status ?? 1;
}

if (!existsSync(bundle) || statSync(bundle).mtimeMs < newestSource(join(root, "packages"))) {
  const setup = run(process.execPath, [join(root, "tools/setup.mjs")]);
  const built = setup === 0 ? run(process.execPath, [join(root, "packages/cli/bundle.mjs")]) : setup;
  if (built !== 0) process.exit(built);
}
// npm changes to the workspace's folder; file names are meant from where the user stands.
process.exitCode = run(process.execPath, [bundle, ...process.argv.slice(2)], {
  cwd: process.env.INIT_CWD ?? process.cwd(),
});
