// Feeds every reader, generator and command with damaged and extreme inputs, and says what is wrong with what came out.
//
//   npm run fuzz -- [--seconds 60] [--inputs N] [--jobs 1] [--seed 1] [--target NAME]... [--from N] [--out DIR]
//
// A process of its own runs one input after the other, of readers straight away and of the rest through the command line; this
// one watches it. An input is at fault where the command ends with another status than 0, 1 or 2, takes more than 5 s or
// 1 GiB, prints what does not parse or drives a terminal, leaves half a file, or calls itself wrong. What is found is made
// smaller and written to --out with its command line. The same seed and number make the same input, whatever was run before:
// --target NAME --seed S --from N runs it again. With --inputs every target gets its share, however long that takes; --seconds
// bounds it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { shellWord } from "../../packages/findings/src/index.ts";
import { FigureTable } from "./figure-table.ts";
import type { FuzzInput, FuzzTarget } from "./fuzz-input.ts";
import { inputOf, serveFuzz } from "./fuzz-worker.ts";
import {
  FINDINGS_MAX,
  JOBS_MAX,
  PROGRESS_SECONDS,
  ROUND_SECONDS,
  SHRINK_SECONDS_MAX,
  SHRINK_TRIES_MAX,
} from "./limits.ts";
import { shrinkInput } from "./shrink-input.ts";
import { fuzzTargets } from "./targets.ts";
import { TurnList } from "./turn-list.ts";
import { WatchedWorker } from "./watched-worker.ts";

interface Options {
  readonly seconds: number;
  readonly inputs: number;
  readonly jobs: number;
  readonly seed: number;
  readonly from: number;
  readonly out: string;
}

/** Gives targets their turns until time or inputs are used up. Returns the number of findings. */
async function fuzz(targets: readonly FuzzTarget[], options: Options): Promise<number> {
  const place = mkdtempSync(join(tmpdir(), "xgt-fuzz-watch-"));
  const figures = new FigureTable(targets.map(({ name }) => name));
  const turns = new TurnList(targets, options.from, options.inputs);
  const begun = performance.now();
  let findings = 0;
  const used = () => (performance.now() - begun) / 1000;
  const summary = () =>
    `${figures.inputs} inputs in ${used().toFixed(0)} s, seed ${options.seed}: ${findings} at fault\n`;
  const progress = setInterval(() => process.stderr.write(summary()), PROGRESS_SECONDS * 1000);
  const work = async (worker: WatchedWorker) => {
    while (used() < options.seconds && findings < FINDINGS_MAX) {
      const turn = turns.take();
      if (turn === null) return;
      const { target, first, count } = turn;
      const before = used();
      const seconds = Math.min(ROUND_SECONDS, options.seconds - before);
      const answer = await worker.run({ target: target.name, seed: options.seed, first, count, seconds });
      turns.done(turn, answer.done);
      figures.add(target.name, used() - before, answer);
      if (answer.fault === null) continue;
      findings++;
      await report(target, options, answer.fault, worker);
    }
  };
  const workers = Array.from(
    { length: Math.min(options.jobs, targets.length) },
    (_, i) => new WatchedWorker(process.argv[1], join(place, String(i))),
  );
  try {
    await Promise.all(workers.map(work));
  } finally {
    clearInterval(progress);
    for (const worker of workers) worker.close();
    rmSync(place, { recursive: true, force: true });
  }
  process.stdout.write(figures.text() + summary());
  return findings;
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
    const answer = await worker.run({ target: target.name, input: { args, files: sent } });
    return answer.fault !== null && kindOf(answer.fault.what) === kindOf(what);
  };
  const small = (await fails(input)) ? await shrinkInput(input, fails, goOn) : input;
  const folder = join(out, `${target.name}-${seed}-${number}`);
  for (const [name, bytes] of small.files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  mkdirSync(folder, { recursive: true });
  const line = `${target.read === undefined ? "xgt" : target.name} ${small.args.map(shellWord).join(" ")}\n`;
  writeFileSync(join(folder, "command.txt"), `${line}${what}\n`);
  process.stdout.write(`  ${folder}: ${line}`);
}

/** What stays the same of a fault while its input gets smaller. */
function kindOf(what: string): string {
  return what.replace(/[0-9].*/s, "").slice(0, 30);
}

async function run(root: string): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string" },
      inputs: { type: "string" },
      jobs: { type: "string", default: "1" },
      seed: { type: "string", default: "1" },
      target: { type: "string", multiple: true },
      from: { type: "string", default: "0" },
      out: { type: "string" },
      serve: { type: "string" },
    },
  });
  const all = fuzzTargets(root);
  if (values.serve !== undefined) {
    serveFuzz(all, values.serve);
    return;
  }
  const wanted = values.target;
  const targets = wanted === undefined ? all : all.filter(({ name }) => wanted.includes(name));
  const numbers = {
    seconds: Number(values.seconds ?? (values.inputs === undefined ? 60 : Number.POSITIVE_INFINITY)),
    inputs: Number(values.inputs ?? Number.POSITIVE_INFINITY),
    jobs: Number(values.jobs),
    seed: Number(values.seed),
    from: Number(values.from),
  };
  const isUsable = Object.values(numbers).every((value) => value >= 0) && numbers.jobs <= JOBS_MAX;
  if (targets.length < (wanted?.length ?? 1) || !isUsable) {
    process.stderr.write(
      "usage: fuzz.ts [--seconds N] [--inputs N] [--jobs N] [--seed N] [--target NAME]... [--from N] [--out DIR]\n",
    );
    process.stderr.write(`targets: ${all.map(({ name }) => name).join(" ")}\n`);
    process.exitCode = 2;
    return;
  }
  const out = values.out ?? join(tmpdir(), "xgt-fuzz-found");
  if ((await fuzz(targets, { ...numbers, out })) > 0) process.exitCode = 1;
}

await run(process.env.XGT_FUZZ_ROOT ?? process.cwd());
