import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  buildExecutor,
  type DifferentialMachine,
  type DifferentialRun,
  dom0,
  domUCaller,
  makeFolder,
  removeFolder,
  runRandom,
  shrinkRun,
  xenImage,
} from "@xgt/lab";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { openOutput } from "../../terminal/output-file.ts";
import { counted } from "../../terminal/quantity.ts";
import type { LabDifferentialOptions } from "./lab.ts";
import { needsStaticMemory, planDomUs } from "./lab-domu.ts";
import { labErrorsAsCliErrors, releaseNamed, sayTo } from "./lab-machine.ts";

/** Calls of one boot: their log is held in memory, and each has a mark, of which a log keeps some 65,000. */
const CALLS_PER_BOOT = 40_000;
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
      { name: "caller", image: executor, bootargs: "caller", hasDisk: true },
      { name: "neighbour", image: executor, bootargs: "neighbour", hasDisk: false },
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
  let wrong = 0;
  for (let done = 0, boot = 0; done < options.calls && wrong === 0; boot++) {
    const calls = Math.min(CALLS_PER_BOOT, options.calls - done);
    const seed = options.seed + boot;
    const run = await runRandom(machine, seed, calls);
    done += calls;
    wrong += run.disagreements.length;
    await io.stdout.write(
      `seed ${seed}: ${calls} random calls (${run.calls} with those that heal), ${run.states} frames read back (${run.open} open to the model), ${run.disagreements.length} disagreements, ${run.seconds.toFixed(1)} s\n`,
    );
    for (const { step, text } of run.disagreements.slice(0, SHOWN)) {
      await io.stdout.write(`  step ${step}: ${text}\n`);
    }
    if (run.disagreements.length > 0) await showSmallest(machine, { seed, calls, run }, options, io);
  }
  return wrong === 0 ? ExitStatus.clean : ExitStatus.findings;
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
