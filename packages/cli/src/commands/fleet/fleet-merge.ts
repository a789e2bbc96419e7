import { FleetTally, type RunSummary, summaryLine } from "@xgt/fleet";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { openOutput } from "../../terminal/output-file.ts";
import { addTo, summariesIn } from "./summary-files.ts";

/** `xgt fleet merge`: summaries as one file. Returns the exit status. */
export async function fleetMerge(
  paths: readonly string[],
  options: { readonly output?: string },
  io: Io,
): Promise<number> {
  const output = openOutput(options.output, io, { command: "xgt fleet merge", inputs: paths });
  try {
    const tally = new FleetTally();
    const lines: { readonly id: string; readonly line: string }[] = [];
    const take = (summary: RunSummary) => {
      addTo(tally, summary);
      lines.push({ id: summary.id, line: summaryLine(summary) });
    };
    for (const path of paths) for await (const summary of summariesIn(path)) take(summary);
    lines.sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const { line } of lines) await output.write(line);
    output.commit();
    return ExitStatus.clean;
  } catch (error) {
    output.discard();
    throw error;
  }
}
