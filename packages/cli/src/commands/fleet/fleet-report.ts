import { jsonText, type Palette } from "@xgt/findings";
import { type FleetAnswer, type FleetTally, fleetDocument, fleetJson, fleetText } from "@xgt/fleet";
import { rules } from "@xgt/p2m-tracker";
import { reporterOf } from "../../reports/report-options.ts";
import { PLAIN_REPORT, ReportOutput } from "../../reports/report-output.ts";
import { summaryFails } from "../../reports/summary-fails.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import type { FleetReportOptions } from "./fleet.ts";
import { talliedFrom } from "./summary-files.ts";

const COMMAND = "xgt fleet";
/** Forms of its own: they show runs and groups. */
export const FLEET_FORMS: readonly string[] = ["text", "json"];

/** `xgt fleet report`: what summaries come to. Returns the exit status. */
export async function fleetReport(
  paths: readonly string[],
  options: FleetReportOptions,
  io: Io,
): Promise<number> {
  return writeFleet(await talliedFrom(paths), options, options.output, io, paths);
}

/** Writes the report of a fleet and returns the exit status. `output`: undefined is standard output. */
export async function writeFleet(
  tally: FleetTally,
  options: FleetReportOptions,
  output: string | undefined,
  io: Io,
  inputs: readonly string[],
): Promise<number> {
  const { against = [], name = "" } = options;
  const before = against.length === 0 ? undefined : (await talliedFrom(against)).causesByKey();
  const answer = tally.answer(before);
  const report = reportOf(answer, name, options, output, io, [...inputs, ...against]);
  try {
    const document = fleetDocument(answer, name);
    await report.document(document);
    await report.end();
    report.commit();
    if (answer.failed + answer.troubled > 0 || answer.runs === 0) return ExitStatus.trouble;
    return summaryFails(document.summary, options.failOn) ? ExitStatus.findings : ExitStatus.clean;
  } catch (error) {
    report.discard();
    throw error;
  }
}

function reportOf(
  answer: FleetAnswer,
  name: string,
  options: FleetReportOptions,
  output: string | undefined,
  io: Io,
  inputs: readonly string[],
): ReportOutput {
  const verbose = options.verbose === true;
  return new ReportOutput(
    {
      ...PLAIN_REPORT,
      color: options.color,
      verbose,
      wanted: [{ format: options.format, path: output }, ...(options.also ?? [])],
      own: [
        {
          name: "text",
          audience: "people",
          pieces: (palette: Palette) => fleetText(answer, name, palette, verbose),
        },
        {
          name: "json",
          audience: "programs",
          pieces: () => [...jsonText(fleetJson(answer, name)), "\n"],
        },
      ],
      reporter: reporterOf(rules, options.failOn),
    },
    io,
    { command: COMMAND, inputs },
  );
}
