// What a replay costs beside what else could be done with the log, in one run: npm run bench [-- OPERATIONS [ROUNDS]]
// Whole processes, all rules on, medians. Seconds of one machine say little: the ratios travel. Each run is a line of
// tools/bench/record.ndjson.
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, openSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const operations = Number(process.argv[2] ?? 8_000_000);
const rounds = Number(process.argv[3] ?? 5);
const XGT = join(root, "packages/cli/dist/xgt.mjs");
const SMALL_TRACE = join(root, "packages/hypercall-log/tests/data/trace-cmd-6.dat.gz");
/** Times that the small trace.dat is repeated: some 270 events each. */
const TRACE_DAT_TIMES = 1000;
const folder = mkdtempSync(join(tmpdir(), "xgt-bench-"));
const file = (name) => join(folder, name);

/** Runs a command; throws where it fails. `output`: the file that takes what it prints. */
function ran(command, args, output) {
  const stdio = ["ignore", output === undefined ? "pipe" : openSync(output, "w"), "pipe"];
  const run = spawnSync(command, args, { encoding: "utf8", cwd: root, stdio });
  if (run.error || run.status !== 0)
    throw new Error(`${command} ${args.join(" ")}: ${run.error?.message ?? run.stderr}`);
  return run.stdout;
}

const has = (command) => spawnSync("which", [command]).status === 0;
const tool = (name, ...args) => ["tools/run-ts.mjs", `tools/${name}`, ...args];
const replay = (log) => [process.execPath, XGT, "replay", log, "--quiet"];

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

function makeInputs() {
  for (const name of ["measure", "tracker"]) ran("cc", ["-O3", "-o", file(name), join(here, `${name}.c`)]);
  for (const format of ["ftrace", "ndjson"]) {
    const options = ["--format", format, "--operations", `${operations}`, "--seed", "77"];
    ran(process.execPath, tool("make-log.ts", ...options), file(format));
    ran(
      process.execPath,
      tool("make-log.ts", "--format", format, "--operations", "40"),
      file(`small.${format}`),
    );
  }
  const convert = [XGT, "convert", file("ftrace"), "--quiet"];
  ran(process.execPath, [...convert, "-o", file("log.xhl")]);
  ran(process.execPath, [...convert, "-o", file("plain.xhl"), "--compression", "none"]);
  const enlarge = tool("bench/enlarge-trace-dat.ts", SMALL_TRACE, `${TRACE_DAT_TIMES}`, file("trace.dat"));
  ran(process.execPath, enlarge);
}

/** Rows of the table: what is run, and the row that it is compared with. */
function rowsOf() {
  const rows = [
    ["C tracker, kprobe text", [file("tracker"), file("ftrace")], null],
    ...(has("mawk")
      ? [["mawk tracker, kprobe text", ["mawk", "-f", join(here, "tracker.awk"), file("ftrace")], 0]]
      : []),
    ["xgt replay, kprobe text", replay(file("ftrace")), 0],
    ["xgt replay, NDJSON", replay(file("ndjson")), 0],
    ["xgt replay, .xhl", replay(file("log.xhl")), 0],
    ["xgt replay, .xhl not packed", replay(file("plain.xhl")), 0],
    // The small trace again and again is no healthy run: a replay finds much in it.
    ["xgt replay, trace.dat", replay(file("trace.dat")), null],
    ["xgt info, trace.dat", [process.execPath, XGT, "info", file("trace.dat"), "--quiet"], null],
  ];
  if (has("trace-cmd")) {
    rows.push([
      "trace-cmd report, trace.dat",
      ["trace-cmd", "report", "-i", file("trace.dat")],
      rows.length - 1,
    ]);
  }
  const node = rows.length;
  rows.push(
    ["node -e 0", [process.execPath, "-e", "0"], null],
    ["xgt --version", [process.execPath, XGT, "--version"], node],
    ["xgt replay, 40 operations", replay(file("small.ftrace")), node],
  );
  return rows;
}

try {
  makeInputs();
  const rows = rowsOf();
  const runs = rows.map(() => []);
  // In turn, so that a machine that slows down slows down all of them.
  for (let round = 0; round < rounds; round++) {
    for (const [i, [, command]] of rows.entries()) runs[i].push(measured(command));
  }
  const figures = rows.map(([name, , of], i) => {
    const [cpu, wall, memory] = ["cpu", "wall", "memory"].map((key) =>
      median(runs[i].map((run) => run[key])),
    );
    return { name, cpu, wall, memory, of };
  });
  const mib = (name) => (statSync(file(name)).size / 2 ** 20).toFixed(0);
  const sizes = ["ftrace", "ndjson", "log.xhl", "plain.xhl", "trace.dat"]
    .map((name) => `${name} ${mib(name)} MiB`)
    .join(", ");
  console.log(
    `${operations} operations (${sizes}), medians of ${rounds} whole processes, Node ${process.version}\n`,
  );
  console.log(`${"".padEnd(30)}  cpu s   wall s  peak MiB  ratio`);
  for (const { name, cpu, wall, memory, of } of figures) {
    const ratio = of === null ? "" : `${(cpu / figures[of].cpu).toFixed(2)}x of ${figures[of].name}`;
    const numbers = [cpu.toFixed(3), wall.toFixed(3), memory.toFixed(0)]
      .map((text) => text.padStart(7))
      .join("  ");
    console.log(`${name.padEnd(30)}${numbers}   ${ratio}`);
  }
  const commit = ran("git", ["rev-parse", "--short", "HEAD"]).trim();
  const record = {
    date: new Date().toISOString(),
    commit,
    node: process.version,
    cpu: cpus()[0].model,
    operations,
    rounds,
  };
  const kept = figures.map(({ name, cpu, wall, memory }) => ({ name, cpu, wall, memory }));
  appendFileSync(join(here, "record.ndjson"), `${JSON.stringify({ ...record, figures: kept })}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
