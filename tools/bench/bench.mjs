// What a replay costs beside what else could be done with the log, in one run: npm run bench [-- OPERATIONS [ROUNDS]]
// Whole processes, all rules on, medians. Seconds of one machine say little: the ratios travel. Each run is a line of
// tools/bench/record.ndjson. tools/bench/modes.mjs has the kinds of domains.
import { spawnSync } from "node:child_process";
import { appendFileSync, rmSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import {
  file,
  folder,
  here,
  makeLog,
  makeMeasures,
  measureAll,
  numbers,
  ran,
  root,
  tool,
  XGT,
} from "./measuring.mjs";

const operations = Number(process.argv[2] ?? 8_000_000);
const rounds = Number(process.argv[3] ?? 5);
const SMALL_TRACE = join(root, "packages/hypercall-log/tests/data/trace-cmd-6.dat.gz");
/** Times that the small trace.dat is repeated: some 270 events each. */
const TRACE_DAT_TIMES = 1000;

const has = (command) => spawnSync("which", [command]).status === 0;
const replay = (log) => [process.execPath, XGT, "replay", log, "--quiet"];

function makeInputs() {
  makeMeasures();
  for (const format of ["ftrace", "ndjson"]) {
    makeLog(format, "--format", format, "--operations", `${operations}`, "--seed", "77");
    makeLog(`small.${format}`, "--format", format, "--operations", "40");
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
  const medians = measureAll(
    rows.map(([, command]) => command),
    rounds,
  );
  const figures = rows.map(([name, , of], i) => ({ name, ...medians[i], of }));
  const mib = (name) => (statSync(file(name)).size / 2 ** 20).toFixed(0);
  const sizes = ["ftrace", "ndjson", "log.xhl", "plain.xhl", "trace.dat"]
    .map((name) => `${name} ${mib(name)} MiB`)
    .join(", ");
  console.log(
    `${operations} operations (${sizes}), medians of ${rounds} whole processes, Node ${process.version}\n`,
  );
  console.log(`${"".padEnd(30)}  cpu s   wall s  peak MiB  ratio`);
  for (const { of, ...figure } of figures) {
    const ratio = of === null ? "" : `${(figure.cpu / figures[of].cpu).toFixed(2)}x of ${figures[of].name}`;
    console.log(`${figure.name.padEnd(30)}${numbers(figure)}   ${ratio}`);
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
