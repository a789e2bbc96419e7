// What the benchmarks measure with: whole processes, run in turn, and medians.
import { spawnSync } from "node:child_process";
import { mkdtempSync, openSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** This folder, and the workspace. */
export const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "../..");
/** The command that is measured. */
export const XGT = join(root, "packages/cli/dist/xgt.mjs");
/** Where a benchmark keeps its logs; it takes the folder away at its end. */
export const folder = mkdtempSync(join(tmpdir(), "xgt-bench-"));
export const file = (name) => join(folder, name);

/** Runs a command; throws where it fails. `output`: the file that takes what it prints. */
export function ran(command, args, output) {
  const stdio = ["ignore", output === undefined ? "pipe" : openSync(output, "w"), "pipe"];
  const run = spawnSync(command, args, { encoding: "utf8", cwd: root, stdio });
  if (run.error || run.status !== 0)
    throw new Error(`${command} ${args.join(" ")}: ${run.error?.message ?? run.stderr}`);
  return run.stdout;
}

/** Arguments of Node that run a tool. */
export const tool = (name, ...args) => ["tools/run-ts.mjs", `tools/${name}`, ...args];

/** Writes a log of tools/make-log.ts to `file(name)`. */
export function makeLog(name, ...options) {
  ran(process.execPath, tool("make-log.ts", ...options), file(name));
}

/** Builds what measures, and the tracker in C. */
export function makeMeasures() {
  for (const name of ["measure", "tracker"]) ran("cc", ["-O3", "-o", file(name), join(here, `${name}.c`)]);
}

/** One run of a command: processor seconds, wall seconds, MiB. A replay that finds something ends with 1. */
function measured(command) {
  const run = spawnSync(file("measure"), command, { encoding: "utf8" });
  if (run.status > 1) throw new Error(`${command.join(" ")} ends with ${run.status}`);
  const [cpu, wall, memory] = run.stderr.trim().split(" ").map(Number);
  return { cpu, wall, memory };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Medians of the commands' runs, in turn, so that a machine that slows down slows down all of them. */
export function measureAll(commands, rounds) {
  const runs = commands.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, command] of commands.entries()) runs[i].push(measured(command));
  return runs.map((each) => {
    const [cpu, wall, memory] = ["cpu", "wall", "memory"].map((key) => median(each.map((run) => run[key])));
    return { cpu, wall, memory };
  });
}

/** Processor seconds, wall seconds and MiB, as the tables have them. */
export function numbers({ cpu, wall, memory }) {
  return [cpu.toFixed(3), wall.toFixed(3), memory.toFixed(0)].map((text) => text.padStart(7)).join("  ");
}
