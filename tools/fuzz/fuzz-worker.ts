import { closeSync, openSync, writeSync } from "node:fs";
import { SeededRandom } from "../../packages/hypercall-abi/tests/mutate-headers.ts";
import type { FuzzInput, FuzzTarget } from "./fuzz-input.ts";
import { faultOf } from "./oracles.ts";
import { InputRunner } from "./run-input.ts";

/** Inputs `first` to `first + count - 1` of a target, none begun after `seconds`; or one given input of it. */
export type WorkerTask = { readonly target: string } & (
  | { readonly seed: number; readonly first: number; readonly count: number; readonly seconds: number }
  | { readonly input: SentInput }
);

/** An input as it goes to the process that runs it. */
export interface SentInput {
  readonly args: readonly string[];
  /** Name and content in base64. */
  readonly files: readonly (readonly [string, string])[];
}

/** What came of a task. */
export interface WorkerAnswer {
  readonly done: number;
  /** Slowest input, in seconds, and most memory held. */
  readonly slowest: number;
  readonly bytes: number;
  /** How often the command ended with which status. */
  readonly statuses: readonly number[];
  /** The first input with a fault ends the task. */
  readonly fault: { readonly number: number; readonly what: string } | null;
}

/** The input of this number: of the same seed always the same. */
export function inputOf(target: FuzzTarget, seed: number, number: number): FuzzInput {
  const random = new SeededRandom(
    (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0,
  );
  // The first numbers of neighbouring seeds are alike.
  for (let i = 0; i < 8; i++) random.below(2);
  return target.make(random);
}

/** Serves the process that watches this one: runs its tasks, and says in `progressFile` which input is under way. */
export function serveFuzz(targets: readonly FuzzTarget[], progressFile: string): void {
  const runner = new InputRunner();
  const progress = openSync(progressFile, "w");
  process.on("message", async (task: WorkerTask) => {
    process.send?.(
      await runTask(task, targets, runner, (number) => {
        writeSync(progress, `${number}\n`.padEnd(16), 0);
      }),
    );
  });
  process.on("disconnect", () => {
    closeSync(progress);
    runner.close();
    process.exit(0);
  });
}

/** Runs a task in this process. */
export async function runTask(
  task: WorkerTask,
  targets: readonly FuzzTarget[],
  runner: InputRunner,
  begins: (number: number) => void,
): Promise<WorkerAnswer> {
  const target = targets.find(({ name }) => name === task.target);
  if (target === undefined) throw new Error(`no target is called ${task.target}`);
  const inputs = "input" in task ? oneInput(task.input) : inputsOf(task, target);
  let [done, slowest, bytes] = [0, 0, 0];
  const statuses = [0, 0, 0];
  for (const [number, input] of inputs) {
    begins(number);
    const outcome = await runner.run(target, input);
    done++;
    slowest = Math.max(slowest, outcome.seconds);
    bytes = Math.max(bytes, outcome.bytes);
    if (outcome.status !== null) statuses[outcome.status] = (statuses[outcome.status] ?? 0) + 1;
    const what = faultOf(outcome);
    if (what !== null) return { done, slowest, bytes, statuses, fault: { number, what } };
  }
  return { done, slowest, bytes, statuses, fault: null };
}

function* oneInput({ args, files }: SentInput): Generator<[number, FuzzInput]> {
  yield [0, { args, files: new Map(files.map(([name, text]) => [name, Buffer.from(text, "base64")])) }];
}

function* inputsOf(
  task: Exclude<WorkerTask, { input: SentInput }>,
  target: FuzzTarget,
): Generator<[number, FuzzInput]> {
  const end = performance.now() + task.seconds * 1000;
  for (let n = task.first; n < task.first + task.count; n++) {
    if (n > task.first && performance.now() >= end) return;
    yield [n, inputOf(target, task.seed, n)];
  }
}
