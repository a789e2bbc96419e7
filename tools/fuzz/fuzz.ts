// Feeds every reader, generator and command with damaged and extreme inputs, and says what is wrong with what came out.
//
//   npm run fuzz -- [--seconds 60] [--inputs N] [--seed 1] [--target NAME]... [--from N] [--out DIR]
//
// A process of its own runs the command line on one input after the other; this one watches it. An input is at fault where
// the command ends with another status than 0, 1 or 2, takes more than 5 s or 1 GiB, prints what does not parse or drives a
// terminal, leaves half a file, or calls itself wrong. What is found is made smaller and written to --out with its command
// line. The same seed and number make the same input, whatever was run before: --target NAME --seed S --from N runs it again.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { shellWord } from "../../packages/findings/src/index.ts";
import type { FuzzInput, FuzzTarget } from "./fuzz-input.ts";
import { inputOf, serveFuzz } from "./fuzz-worker.ts";
import { FINDINGS_MAX, ROUND_INPUTS, SHRINK_SECONDS_MAX, SHRINK_TRIES_MAX } from "./limits.ts";
import { logTargets } from "./log-targets.ts";
import { otherTargets } from "./other-targets.ts";
import { shrinkInput } from "./shrink-input.ts";
import { WatchedWorker } from "./watched-worker.ts";

interface Options {
  readonly seconds: number;
  readonly inputs: number;
  readonly seed: number;
  readonly from: number;
  readonly out: string;
}

/** What a target was fed with, and what came of it. */
interface Tally {
  inputs: number;
  seconds: number;
  slowest: number;
  bytes: number;
  readonly statuses: number[];
  faults: number;
}

/** Runs targets in turn, a round each, until time or inputs are used up. Returns the number of findings. */
async function fuzz(targets: readonly FuzzTarget[], options: Options): Promise<number> {
  const place = mkdtempSync(join(tmpdir(), "xgt-fuzz-watch-"));
  const worker = new WatchedWorker(process.argv[1], join(place, "progress"));
  const tallies = new Map(targets.map(({ name }) => [name, newTally()]));
  const next = new Map(targets.map(({ name }) => [name, options.from]));
  const begun = performance.now();
  let [total, findings] = [0, 0];
  const used = () => (performance.now() - begun) / 1000;
  try {
    while (used() < options.seconds && total < options.inputs && findings < FINDINGS_MAX) {
      for (const target of targets) {
        if (used() >= options.seconds || total >= options.inputs || findings >= FINDINGS_MAX) break;
        const first = next.get(target.name) ?? 0;
        const count = Math.min(ROUND_INPUTS, options.inputs - total);
        const before = used();
        const answer = await worker.run({ target: target.name, seed: options.seed, first, count });
        const tally = tallies.get(target.name) ?? newTally();
        total += answer.done;
        next.set(target.name, first + answer.done);
        tally.inputs += answer.done;
        tally.seconds += used() - before;
        tally.slowest = Math.max(tally.slowest, answer.slowest);
        tally.bytes = Math.max(tally.bytes, answer.bytes);
        answer.statuses.forEach((times, status) => {
          tally.statuses[status] += times;
        });
        if (answer.fault === null) continue;
        tally.faults++;
        findings++;
        await report(target, options, answer.fault, worker);
      }
    }
  } finally {
    worker.close();
    rmSync(place, { recursive: true, force: true });
  }
  process.stdout.write(table(tallies));
  process.stdout.write(
    `${total} inputs in ${used().toFixed(0)} s, seed ${options.seed}: ${findings} at fault\n`,
  );
  return findings;
}

function newTally(): Tally {
  return { inputs: 0, seconds: 0, slowest: 0, bytes: 0, statuses: [0, 0, 0], faults: 0 };
}

/** Says what was found, makes it smaller and writes it down. */
async function report(
  target: FuzzTarget,
  { seed, out }: Options,
  fault: { readonly number: number; readonly what: string },
  worker: WatchedWorker,
): Promise<void> {
  const { number, what } = fault;
  process.stdout.write(`${target.name} --seed ${seed} --from ${number}: ${what}\n`);
  const input = inputOf(target, seed, number);
  const begun = performance.now();
  let tries = 0;
  const goOn = () => tries < SHRINK_TRIES_MAX && performance.now() - begun < SHRINK_SECONDS_MAX * 1000;
  const fails = async ({ args, files }: FuzzInput) => {
    tries++;
    const sent = [...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")] as const);
    const answer = await worker.run({ input: { args, files: sent } });
    return answer.fault !== null && kindOf(answer.fault.what) === kindOf(what);
  };
  const small = (await fails(input)) ? await shrinkInput(input, fails, goOn) : input;
  const folder = join(out, `${target.name}-${seed}-${number}`);
  for (const [name, bytes] of small.files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "command.txt"), `xgt ${small.args.map(shellWord).join(" ")}\n${what}\n`);
  process.stdout.write(`  ${folder}: xgt ${small.args.map(shellWord).join(" ")}\n`);
}

/** What stays the same of a fault while its input gets smaller. */
function kindOf(what: string): string {
  return what.replace(/[0-9].*/s, "").slice(0, 30);
}

function table(tallies: ReadonlyMap<string, Tally>): string {
  const rows = [...tallies].map(([name, { inputs, seconds, slowest, bytes, statuses, faults }]) => {
    const figures = [
      inputs,
      ...statuses,
      seconds.toFixed(0),
      (slowest * 1000).toFixed(0),
      Math.round(bytes / 2 ** 20),
      faults,
    ];
    return [name, ...figures.map(String)];
  });
  const head = ["target", "inputs", "0", "1", "2", "s", "slowest ms", "MiB", "faults"];
  const widths = head.map((title, i) =>
    Math.max(...[head, ...rows].map((row) => row[i].length), title.length),
  );
  return [head, ...rows]
    .map(
      (row) =>
        `${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ")}\n`,
    )
    .join("");
}

async function run(root: string): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "60" },
      inputs: { type: "string" },
      seed: { type: "string", default: "1" },
      target: { type: "string", multiple: true },
      from: { type: "string", default: "0" },
      out: { type: "string" },
      serve: { type: "string" },
    },
  });
  const all = [...logTargets(root), ...otherTargets(root)];
  if (values.serve !== undefined) {
    serveFuzz(all, values.serve);
    return;
  }
  const wanted = values.target;
  const targets = wanted === undefined ? all : all.filter(({ name }) => wanted.includes(name));
  const [seconds, inputs, seed, from] = [
    values.seconds,
    values.inputs ?? "1e15",
    values.seed,
    values.from,
  ].map(Number);
  if (
    targets.length < (wanted?.length ?? 1) ||
    [seconds, inputs, seed, from].some((value) => !(value >= 0))
  ) {
    process.stderr.write(
      `usage: fuzz.ts [--seconds N] [--inputs N] [--seed N] [--target NAME]... [--from N] [--out DIR]\n`,
    );
    process.stderr.write(`targets: ${all.map(({ name }) => name).join(" ")}\n`);
    process.exitCode = 2;
    return;
  }
  const out = values.out ?? join(tmpdir(), "xgt-fuzz-found");
  if ((await fuzz(targets, { seconds, inputs, seed, from, out })) > 0) process.exitCode = 1;
}

await run(process.env.XGT_FUZZ_ROOT ?? process.cwd());
