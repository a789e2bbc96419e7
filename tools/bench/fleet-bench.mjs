// What a queue costs a fleet, in one run: node tools/bench/fleet-bench.mjs [RUNS [OPERATIONS [ROUNDS]]], with redis-server and cc.
// RUNS (400) replays of one log of OPERATIONS (25,000: a megabyte): plainly, as a fleet on one machine, over a Redis by one worker and by two,
// in ROUNDS (3) that take turns, of which the medians are told; then what the Redis holds for each run that waits and for each that is done. Processor seconds are told beside wall seconds:
// on a busy machine only they compare.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, openSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const runs = Number(process.argv[2] ?? 400);
const operations = Number(process.argv[3] ?? 25_000);
const rounds = Number(process.argv[4] ?? 3);
const XGT = join(root, "packages/cli/dist/xgt.mjs");
const folder = mkdtempSync(join(tmpdir(), "xgt-fleet-bench-"));
const file = (name) => join(folder, name);
const socket = file("redis.sock");
const over = ["--redis", `unix://${socket}`];
/** Runs by which the Redis's memory is told: their logs are small, their summaries are not. */
const MEMORY_RUNS = 3_000;
const WARM_RUNS = 500;

function ran(command, args, options = {}) {
  const run = spawnSync(command, args, { encoding: "utf8", cwd: folder, maxBuffer: 1 << 28, ...options });
  if (run.error || run.status > 1)
    throw new Error(`${command} ${args[0]}: ${run.error?.message ?? run.stderr}`);
  return run;
}

const xgt = (...args) => ran(process.execPath, [XGT, ...args]).stdout;

/** Wall and processor seconds of commands that run at the same time. */
async function measured(...commands) {
  const begun = performance.now();
  const ended = commands.map((args) => {
    const child = spawn(file("measure"), [process.execPath, XGT, ...args], { cwd: folder });
    let told = "";
    child.stderr.on("data", (piece) => {
      told += piece;
    });
    child.stdout.resume();
    return new Promise((done) => child.on("close", () => done(told)));
  });
  const told = await Promise.all(ended);
  const cpu = told.reduce((sum, text) => sum + Number(text.trim().split("\n").at(-1).split(" ")[0]), 0);
  return { wall: (performance.now() - begun) / 1_000, cpu };
}

function info(name) {
  const text = ran("redis-cli", ["-s", socket, "INFO"]).stdout;
  return Number(new RegExp(`^${name}:([0-9.]+)`, "m").exec(text)[1]);
}

const redisCpu = () => info("used_cpu_user") + info("used_cpu_sys");

function writeManifest(name, count, log) {
  const lines = Array.from({ length: count }, (_, at) => {
    return { id: `board-${at}`, logs: [log], group: { kernel: `6.12.${at % 20}`, board: `b${at % 7}` } };
  });
  const text = [{ xgt_fleet: 1, name }, ...lines].map((line) => `${JSON.stringify(line)}\n`).join("");
  writeFileSync(file(`${name}.ndjson`), text);
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Tells medians, and of each the least and the most. `base`: plain replays of the same rounds. */
function tell(what, taken, base) {
  const told = (values, digits) =>
    `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`;
  const rate = `${told(
    taken.map(({ wall }) => runs / wall),
    1,
  )} runs/s`;
  const cost = `${told(
    taken.map(({ cpu }) => (cpu / runs) * 1_000),
    2,
  )} ms of processor a run`;
  const more = taken.map(({ cpu }, round) => (cpu / base[round].cpu - 1) * 100);
  const redis = taken.map(({ redis: seconds = 0 }) => (seconds / runs) * 1_000);
  const of = taken === base ? "" : `, ${told(more, 1)} % more`;
  const over = Math.max(...redis) === 0 ? "" : `, Redis ${told(redis, 2)} ms`;
  console.log(`${what.padEnd(30)} ${rate}, ${cost}${of}${over}`);
}

async function throughput() {
  writeFileSync(
    file("log"),
    ran("node", [
      join(root, "tools/run-ts.mjs"),
      join(root, "tools/make-log.ts"),
      "--operations",
      `${operations}`,
    ]).stdout,
  );
  console.log(`${runs} runs of ${(statSync(file("log")).size / 1e6).toFixed(2)} MB`);
  writeManifest("fleet", runs, "log");
  const each = Array.from({ length: runs }, () => "log");
  const plain = [];
  const one = [];
  const spread = [[], []];
  const work = ["fleet", "work", ...over, "--jobs", "1", "--until-empty", "-q"];
  for (let round = 0; round < rounds; round++) {
    plain.push(await measured(["replay", "--each", ...each, "--jobs", "1", "-f", "json", "-q"]));
    one.push(await measured(["fleet", "run", "fleet.ndjson", "--jobs", "1"]));
    for (const [at, taken] of spread.entries()) {
      xgt("fleet", "submit", "fleet.ndjson", "--name", `fleet-${round}-${at}`, ...over);
      const before = redisCpu();
      const workers = await measured(...Array.from({ length: at + 1 }, () => work));
      taken.push({ ...workers, redis: redisCpu() - before });
    }
  }
  tell("replay --each --jobs 1", plain, plain);
  tell("fleet run --jobs 1", one, plain);
  for (const [at, taken] of spread.entries()) tell(`fleet work --jobs 1, ${at + 1} of them`, taken, plain);
}

async function memory() {
  const log = join(root, "corpus/traces/dma-4.20/faulty/hvclog.jsonl");
  const work = ["fleet", "work", ...over, "--root", "/", "--jobs", "2", "--until-empty", "-q"];
  // The libraries' scripts and the last events are there then: what is told grows with runs.
  writeManifest("first", WARM_RUNS, log);
  xgt("fleet", "submit", "first.ndjson", ...over);
  await measured(work);
  writeManifest("many", MEMORY_RUNS, log);
  const used = () => info("used_memory");
  const empty = used();
  const perRun = () => `${((used() - empty) / MEMORY_RUNS).toFixed(0)} bytes a run`;
  xgt("fleet", "submit", "many.ndjson", ...over);
  console.log(`Redis, ${MEMORY_RUNS} runs waiting: ${perRun()}`);
  await measured(work);
  ran("redis-cli", ["-s", socket, "MEMORY", "PURGE"]);
  const most = ((info("used_memory_peak") - empty) / MEMORY_RUNS).toFixed(0);
  console.log(
    `Redis, ${MEMORY_RUNS} runs done: ${perRun()}, ${most} at the most; ${(empty / 1e6).toFixed(1)} MB beside them`,
  );
}

ran("cc", ["-O2", "-o", file("measure"), join(here, "measure.c")]);
const own = ["--port", "0", "--unixsocket", socket, "--dir", folder, "--save", "", "--appendonly", "yes"];
const redis = spawn("redis-server", own, { stdio: ["ignore", openSync("/dev/null", "w"), "inherit"] });
try {
  await sleep(1_000);
  await throughput();
  await memory();
} finally {
  const ended = new Promise((done) => redis.on("close", done));
  redis.kill();
  await ended;
  rmSync(folder, { recursive: true, force: true });
}
