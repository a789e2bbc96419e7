import { runRandom, shrinkRun } from "@xgt/lab";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { openOutput } from "../../terminal/output-file.ts";
import { counted } from "../../terminal/quantity.ts";
import type { LabDifferentialOptions } from "./lab.ts";
import { withLab } from "./lab-machine.ts";

/** Calls of one boot: a guest that stops loses no more than these. */
const CALLS_PER_BOOT = 5000;
const SHOWN = 20;

/** Holds the model against a real Xen's answers to random hypercalls. Throws CliError. */
export async function labDifferential(options: LabDifferentialOptions, io: Io): Promise<number> {
  return withLab(options, options.kernel, io, async (lab) => {
    let wrong = 0;
    for (let done = 0, boot = 0; done < options.calls; boot++) {
      const calls = Math.min(CALLS_PER_BOOT, options.calls - done);
      const seed = options.seed + boot;
      const run = await runRandom(lab, seed, calls);
      done += calls;
      wrong += run.disagreements.length;
      await io.stdout.write(
        `seed ${seed}: ${calls} random calls (${run.calls} with those that heal), ${run.states} frames read back (${run.open} open to the model), ${run.disagreements.length} disagreements, ${run.seconds.toFixed(0)} s\n`,
      );
      for (const { step, text } of run.disagreements.slice(0, SHOWN)) {
        await io.stdout.write(`  step ${step}: ${text}\n`);
      }
      if (run.disagreements.length === 0) continue;
      const smallest = await shrinkRun(lab, seed, calls, run);
      const again = smallest.run.disagreements;
      await io.stdout.write(
        again.length === 0
          ? "  not seen again with the calls of one sequence alone\n"
          : `  the same with ${counted(smallest.sequence.length, "call")}:\n`,
      );
      for (const { event, text } of again.slice(0, SHOWN))
        await io.stdout.write(`  event ${event}: ${text}\n`);
      if (options.output !== undefined) {
        const output = openOutput(options.output, io, { command: "xgt lab differential", inputs: [] });
        await output.write((again.length === 0 ? run : smallest.run).log);
        output.commit();
      }
      break;
    }
    return wrong === 0 ? ExitStatus.clean : ExitStatus.findings;
  });
}
