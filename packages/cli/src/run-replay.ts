import { type FindingsDocument, type Palette, type SinkWriter, severityRank } from "@xgt/findings";
import { LogOpenError } from "@xgt/hypercall-log";
import { passesEvent } from "./event-filter.ts";
import { EventList } from "./event-list.ts";
import { ExitStatus } from "./exit-status.ts";
import type { ReportFilter } from "./finding-filter.ts";
import type { Io } from "./io.ts";
import type { PendingOutput } from "./output-file.ts";
import { type Run, type RunRequest, replayLogs } from "./replay-logs.ts";
import {
  filterRemarks,
  lostRecords,
  mapListings,
  replayDoubts,
  replayRemarks,
  unreadRemarks,
} from "./replay-remarks.ts";
import { ReplayReport } from "./replay-report.ts";
import { type MapRange, replayTables } from "./replay-tables.ts";
import { logTrouble } from "./terminal/log-trouble.ts";
import { messageLine } from "./terminal/messages.ts";
import { Progress } from "./terminal/progress.ts";
import { counted } from "./terminal/quantity.ts";
import { shownPath } from "./terminal/shown-path.ts";

/** From which severity on findings change the exit status. */
export type FailOn = "error" | "warning" | "info" | "never";

/** How runs are reported. */
export interface ReplayView {
  readonly filter: ReportFilter;
  readonly failOn: FailOn;
  readonly strict: boolean;
  readonly events: boolean;
  readonly map: MapRange;
  readonly quiet: boolean;
  /** The document itself tells what is doubtful; otherwise stderr does. */
  readonly doubtsInDocument: boolean;
}

/** Where a report goes. */
export interface ReplayOutput {
  readonly io: Io;
  readonly writer: SinkWriter;
  readonly output: PendingOutput;
  /** Colours of stderr. */
  readonly palette: Palette;
}

/** Replays one run and writes its document. Returns the exit status that it asks for. */
export async function runReplay(request: RunRequest, view: ReplayView, to: ReplayOutput): Promise<number> {
  const { io, writer, output, palette } = to;
  const report = new ReplayReport(view.filter);
  const progress = new Progress(io, view.quiet);
  const list = new EventList();
  let listed = "";
  let run: Run;
  try {
    run = await replayLogs(request, {
      onFinding: (finding, calls) => report.add(finding, calls),
      onEvent: view.events
        ? (effect, batch, row) => {
            const line = list.add(effect, batch, row);
            if (line !== null && passesEvent(view.filter, line, batch, row)) listed += writer.event(line);
          }
        : undefined,
      onBatch: async (inputs) => {
        progress.tick(inputs);
        const text = listed;
        listed = "";
        await output.write(text);
      },
    });
  } catch (error) {
    progress.clear();
    if (!(error instanceof LogOpenError)) throw error;
    await io.stderr.write(messageLine("error", error.message, palette));
    return ExitStatus.trouble;
  }
  progress.clear();
  for (const line of list.rest()) listed += writer.event(line);
  const doubts = replayDoubts(run, report);
  const unopened = run.unopened.map((error) => messageLine("error", error.message, palette));
  await io.stderr.write(
    unopened.join("") +
      logTrouble(
        run.inputs.map(({ log }) => log),
        palette,
      ),
  );
  if (!view.doubtsInDocument && !view.quiet) {
    for (const { text } of doubts) await io.stderr.write(messageLine("warning", text, palette));
  }
  await output.write(listed);
  const document: FindingsDocument = {
    subject: request.paths.map(shownPath).join(", "),
    tables: replayTables(run, view.map),
    findings: report.findings,
    undecided: report.undecided(run.result.undecided),
    summary: report.summary(run.result.summary.indeterminate),
    listings: mapListings(run, view.map),
    remarks: [...replayRemarks(run), ...unreadRemarks(run), ...doubts, ...filterRemarks(report)],
  };
  for (const piece of writer.document(document)) await output.write(piece);
  if (view.strict && isDoubtful(run)) await io.stderr.write(messageLine("error", strictText(run), palette));
  return statusOf(run, document, view);
}

function statusOf(run: Run, document: FindingsDocument, view: ReplayView): number {
  const unreadable = run.inputs.some(({ log }) => log.stats.truncated || log.stats.problemCount > 0);
  if (run.unopened.length > 0 || unreadable || (view.strict && isDoubtful(run))) return ExitStatus.trouble;
  if (view.failOn === "never") return ExitStatus.clean;
  const limit = severityRank(view.failOn);
  const { summary } = document;
  const fails = (["error", "warning", "info"] as const).some(
    (severity) => severityRank(severity) <= limit && summary[severity] > 0,
  );
  return fails ? ExitStatus.findings : ExitStatus.clean;
}

/** What --strict takes for trouble: halves of calls, unknown sub-ops, lost records. */
function isDoubtful(run: Run): boolean {
  const { entersWithoutExit, exitsWithoutEnter, unknownSubOps } = run.result.counters;
  return entersWithoutExit + exitsWithoutEnter + unknownSubOps + lostRecords(run) > 0;
}

function strictText(run: Run): string {
  const { entersWithoutExit, exitsWithoutEnter, unknownSubOps } = run.result.counters;
  const halves = entersWithoutExit + exitsWithoutEnter;
  const parts = [
    halves > 0 ? `${counted(halves, "call")} without the other half` : "",
    unknownSubOps > 0 ? `${counted(unknownSubOps, "call")} of unknown sub-ops` : "",
    lostRecords(run) > 0 ? `${counted(lostRecords(run), "record")} lost` : "",
  ];
  return `--strict: the log is not complete: ${parts.filter((part) => part !== "").join(", ")}`;
}
