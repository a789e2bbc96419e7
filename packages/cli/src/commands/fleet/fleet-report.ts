import { existsSync } from "node:fs";
import { counted, jsonText, type Palette } from "@xgt/findings";
import {
  type FleetAnswer,
  FleetTally,
  fleetDocument,
  fleetJson,
  fleetPage,
  fleetText,
  type QueueConnection,
  QueuedResults,
} from "@xgt/fleet";
import { rules } from "@xgt/p2m-tracker";
import { FLEET_RECONNECT_MS } from "../../limits.ts";
import { reporterOf } from "../../reports/report-options.ts";
import { PLAIN_REPORT, ReportOutput } from "../../reports/report-output.ts";
import { summaryFails } from "../../reports/summary-fails.ts";
import { UsageError } from "../../terminal/cli-error.ts";
import { paletteFor } from "../../terminal/color.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { messageLine } from "../../terminal/messages.ts";
import type { FleetReportOptions } from "./fleet.ts";
import { hasRedis, withQueue } from "./redis-queue.ts";
import { addTo, talliedFrom } from "./summary-files.ts";

const COMMAND = "xgt fleet";
/** Forms of its own: they show runs and groups. */
export const FLEET_FORMS: readonly string[] = ["text", "json", "html"];

/** `xgt fleet report`: what summaries come to. Returns the exit status. */
export async function fleetReport(
  paths: readonly string[],
  options: FleetReportOptions,
  io: Io,
): Promise<number> {
  if (!hasRedis(options)) return writeFleet(await talliedFrom(paths), options, options.output, io, paths);
  const [name, ...more] = paths;
  if (more.length > 0) throw new UsageError("xgt fleet report", "name one fleet of the Redis");
  return withQueue("xgt fleet report", options, FLEET_RECONNECT_MS, io, async (connection) => {
    const tally = new FleetTally();
    const left = await tallyQueued(tally, connection, name);
    const queuedBefore = (options.against ?? []).filter((one) => !existsSync(one));
    const files = (options.against ?? []).filter((one) => existsSync(one));
    const before = options.against === undefined ? undefined : await talliedFrom(files);
    for (const one of queuedBefore) if (before !== undefined) await tallyQueued(before, connection, one);
    const status = await writeTally(
      tally,
      before,
      { ...options, name: options.name ?? name },
      options.output,
      io,
      files,
    );
    if (left === 0) return status;
    const text = `${name}: ${counted(left, "run")} ${left === 1 ? "is" : "are"} not done yet`;
    await io.stderr.write(messageLine("warning", text, paletteFor(options.color, io.stderr, io)));
    return ExitStatus.trouble;
  });
}

/** Adds what is known of a queued fleet; returns how many of its runs have no end yet. */
async function tallyQueued(tally: FleetTally, connection: QueueConnection, name: string): Promise<number> {
  const results = new QueuedResults(connection, name);
  try {
    const { runs } = await results.state();
    let done = 0;
    for await (const summary of results.summaries()) {
      addTo(tally, summary);
      done++;
    }
    return Math.max(0, runs - done);
  } finally {
    await results.close();
  }
}

/** Writes the report of a fleet and returns the exit status. `output`: undefined is standard output. */
export async function writeFleet(
  tally: FleetTally,
  options: FleetReportOptions,
  output: string | undefined,
  io: Io,
  inputs: readonly string[],
): Promise<number> {
  const { against = [] } = options;
  const before = against.length === 0 ? undefined : await talliedFrom(against);
  return writeTally(tally, before, options, output, io, [...inputs, ...against]);
}

async function writeTally(
  tally: FleetTally,
  before: FleetTally | undefined,
  options: FleetReportOptions,
  output: string | undefined,
  io: Io,
  inputs: readonly string[],
): Promise<number> {
  const { name = "" } = options;
  const answer = tally.answer(before?.causesByKey());
  const report = reportOf(answer, name, options, output, io, inputs);
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
        { name: "html", audience: "people", pieces: () => fleetPage(answer, name) },
      ],
      reporter: reporterOf(rules, options.failOn),
    },
    io,
    { command: COMMAND, inputs },
  );
}
