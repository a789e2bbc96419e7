import { tmpdir } from "node:os";
import { join } from "node:path";
import { counted } from "@xgt/findings";
import {
  buildExecutor,
  type DifferentialMachine,
  type DifferentialRun,
  dom0,
  domUCaller,
  makeFolder,
  randomBoots,
  removeFolder,
  shrinkRun,
  xenImage,
} from "@xgt/lab";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { openOutput } from "../../terminal/output-file.ts";
import type { LabDifferentialOptions } from "./lab.ts";
import { needsStaticMemory, planDomUs } from "./lab-domu.ts";
import { labErrorsAsCliErrors, releaseNamed, sayTo } from "./lab-machine.ts";

const SHOWN = 20;

/** Holds the model against a real Xen's answers to random hypercalls. Throws CliError. */
export async function labDifferential(options: LabDifferentialOptions, io: Io): Promise<number> {
  if (options.as === "domU") needsStaticMemory(options.xen);
  const folder = await makeFolder(join(tmpdir(), "xgt-lab-"));
  try {
    return await labErrorsAsCliErrors(async () => {
      const xen = await xenImage(releaseNamed(options.xenRelease), options.xen, sayTo(io));
      const executor = await buildExecutor(join(folder, "executor"));
      const given = { xen: xen.path, executor, folder, hasPeer: true };
      const machine =
        options.as === "domU"
          ? { ...given, ...(await placedCaller(executor, folder)) }
          : { ...given, caller: dom0 };
      return runAll(machine, options, io);
    });
  } finally {
    await removeFolder(folder);
  }
}

/** The caller as a dom0less domU, and the second domain as another one. */
async function placedCaller(
  executor: string,
  folder: string,
): Promise<Pick<DifferentialMachine, "caller" | "domU">> {
  const { placed, specs } = await planDomUs(
    [
      { name: "caller", image: executor, bootargs: "caller", devices: 1 },
      { name: "neighbour", image: executor, bootargs: "neighbour", devices: 0 },
    ],
    folder,
  );
  const [own, other] = specs;
  return { caller: domUCaller(own.domid, other.domid, other.ram?.[0].gfn ?? 0), domU: placed };
}

async function runAll(
  machine: DifferentialMachine,
  options: LabDifferentialOptions,
  io: Io,
): Promise<number> {
  const sums = { calls: 0, states: 0, open: 0, wrong: 0 };
  const started = performance.now();
  for await (const { seed, calls, run } of randomBoots(machine, options.seed, options.calls)) {
    if (sums.calls === 0 && run.lacks !== "") await io.stdout.write(`${run.lacks}\n`);
    await io.stdout.write(`seed ${seed}: ${figures(calls, run)}, ${run.seconds.toFixed(1)} s\n`);
    sums.calls += calls;
    sums.states += run.states;
    sums.open += run.open;
    sums.wrong += run.disagreements.length;
    if (run.disagreements.length === 0) continue;
    for (const { step, text } of run.disagreements.slice(0, SHOWN)) {
      await io.stdout.write(`  step ${step}: ${text}\n`);
    }
    await showSmallest(machine, { seed, calls, run }, options, io);
    break;
  }
  const rate = sums.calls / ((performance.now() - started) / 1000);
  await io.stdout.write(
    `result: ${counted(sums.calls, "random call")}, ${counted(sums.states, "frame")} read back (${sums.open} open to the model), ${counted(sums.wrong, "disagreement")}, ${rate.toFixed(0)} calls/s\n`,
  );
  return sums.wrong === 0 ? ExitStatus.clean : ExitStatus.findings;
}

function figures(calls: number, run: DifferentialRun): string {
  const { states, open, disagreements } = run;
  return `${calls} random calls (${run.calls} with those that heal), ${states} frames read back (${open} open to the model), ${disagreements.length} disagreements`;
}

async function showSmallest(
  machine: DifferentialMachine,
  { seed, calls, run }: { readonly seed: number; readonly calls: number; readonly run: DifferentialRun },
  options: LabDifferentialOptions,
  io: Io,
): Promise<void> {
  const smallest = await shrinkRun(machine, seed, calls, run);
  const again = smallest.run.disagreements;
  await io.stdout.write(
    again.length === 0
      ? "  not seen again with the calls of one sequence alone\n"
      : `  the same with ${counted(smallest.sequence.length, "call")}:\n`,
  );
  for (const { event, text } of again.slice(0, SHOWN)) await io.stdout.write(`  event ${event}: ${text}\n`);
  if (options.output === undefined) return;
  const output = openOutput(options.output, io, { command: "xgt lab differential", inputs: [] });
  for (const piece of (again.length === 0 ? run : smallest.run).log)
    await output.write(Buffer.from(piece).toString("latin1"));
  output.commit();
}
