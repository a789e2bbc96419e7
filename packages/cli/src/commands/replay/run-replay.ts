import {
  type Cause,
  causeKey,
  colorPalette,
  type EventLine,
  type Finding,
  type FindingSummary,
  type FindingsDocument,
  type Palette,
  plainPalette,
  type Remark,
} from "@xgt/findings";
import { type FleetRun, type LogPlaces, PlaceOpener, type RunSummary, summarize } from "@xgt/fleet";
import { LogOpenError } from "@xgt/hypercall-log";
import {
  type Baseline,
  EventEffects,
  eventLine,
  type FindingFilter,
  passesEvent,
  passesFinding,
  type Run,
  type RunContext,
  type RunInput,
  type RunOptions,
  type RunRequest,
  replayRun,
  SeparateRunsError,
  UnmetCalls,
} from "@xgt/run";
import type { FailOn } from "../../reports/report-options.ts";
import { summaryFails } from "../../reports/summary-fails.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import { logTrouble, logWarnings } from "../../terminal/log-trouble.ts";
import { messageLine } from "../../terminal/messages.ts";
import { plainWord } from "../../terminal/plain-word.ts";
import { shownPath } from "../../terminal/shown-path.ts";
import {
  acceptedRemarks,
  filterRemarks,
  mapListings,
  nothingRemarks,
  replayDoubts,
  replayRemarks,
  undecidedFirst,
  unreadRemarks,
} from "./replay-remarks.ts";
import { type MapRange, replayTables } from "./replay-tables.ts";
import { refusalsOf } from "./run-refusals.ts";

/** How runs are reported. */
export interface ReplayView {
  readonly filter: FindingFilter;
  readonly failOn: FailOn;
  /** Anything that is not known is trouble. */
  readonly strict: boolean;
  /** Rules that must be decided. */
  readonly required: readonly string[];
  /** Options by which the same run is replayed, as a shell takes them; undefined: it can be read once only. */
  readonly story: readonly string[] | undefined;
  readonly events: boolean;
  readonly map: MapRange;
  readonly quiet: boolean;
  /** Findings that are accepted, by cause; null: none. */
  readonly baseline: Baseline | null;
  /** Defaults that came from a file, in words; null: none. */
  readonly defaults: string | null;
  /** People read the report, so that it needs listings and remarks. */
  readonly forPeople: boolean;
  /** Programs read the report, so that it needs tables. */
  readonly forPrograms: boolean;
  /** People see the report itself; otherwise stderr tells what is doubtful. */
  readonly reportIsSeen: boolean;
  /** Messages for stderr are coloured. */
  readonly colorMessages: boolean;
}

/** One run to replay: plain data that can be handed to another thread. */
export interface RunTask {
  readonly request: RunRequest;
  readonly view: ReplayView;
  /** Where the names of the logs lead; absent: they are paths. */
  readonly places?: LogPlaces;
  /** The run of a fleet that it is: its summary is wanted, in place of its report. Absent: it is none. */
  readonly fleetRun?: FleetRun;
}

/** What came of a run: plain data, too. */
export interface RunOutcome {
  /** Null: no log of the run could be opened, or a summary was wanted. */
  readonly document: FindingsDocument | null;
  /** What a run of a fleet came to; absent: it is none, or no log of it could be opened. */
  readonly summary?: RunSummary;
  /** For stderr. */
  readonly messages: string;
  /** Exit status that the run asks for. */
  readonly status: number;
  /** Causes of what was found, those that the baseline accepts too, by their keys. */
  readonly causes: ReadonlyMap<string, Cause>;
  /** Operations that were replayed; a call that two logs hold counts once. */
  readonly operations: number;
  /** What kept logs from being read as a whole and may go well at another try; undefined: nothing. */
  readonly passing?: string | undefined;
}

/** What a run is given besides its task, in this process only. */
interface RunSurroundings {
  readonly stdin: AsyncIterable<Uint8Array | string>;
  /** Ends the run early once it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Lines of --events; the replay goes on when the promise is resolved. */
  readonly onLines: (lines: readonly EventLine[]) => Promise<void>;
  readonly onProgress: (inputs: readonly RunInput[]) => void;
  /** What was found until now, told while the input pauses; absent: nobody waits for it. */
  readonly onFindings?:
    | ((findings: readonly Finding[], story: string | undefined) => Promise<void>)
    | undefined;
}

/** Replays one run, and says what is to be reported of it. */
export async function runReplay(task: RunTask, around: RunSurroundings): Promise<RunOutcome> {
  const { request, view, places } = task;
  const opener = places === undefined ? null : new PlaceOpener(places);
  const palette = view.colorMessages ? colorPalette : plainPalette;
  const { filter } = view;
  const unmet = new UnmetCalls();
  let lines: EventLine[] = [];
  const list = ({ strings, setup, calls }: RunContext) => {
    const names = { strings, sources: setup.sources };
    return new EventEffects((effect) => {
      const findings = effect.findings.filter((finding) => passesFinding(filter, finding, calls));
      if (findings.length === 0 && !passesEvent(filter, effect, names)) return;
      lines.push(eventLine({ ...effect, findings }, filter.gfns, names));
    });
  };
  const flush = async () => {
    const complete = lines;
    lines = [];
    if (complete.length > 0) await around.onLines(complete);
  };
  try {
    const run = await replayRun(request, {
      stdin: around.stdin,
      ...(opener !== null && { openInput: (name: string) => opener.open(name) }),
      signal: around.signal,
      filter,
      observers: (context) => [
        ...(view.events ? [list(context)] : []),
        ...(task.fleetRun === undefined ? [] : [unmet]),
      ],
      onBatch: async (inputs) => {
        around.onProgress(inputs);
        await flush();
      },
      onPause: pauseOf(task, around),
    });
    await flush();
    const outcome = outcomeOf(run, task, palette);
    run.release();
    const passing = opener?.passing;
    if (task.fleetRun === undefined) return { ...outcome, passing };
    const summary = summarize(
      task.fleetRun,
      outcome.document,
      outcome.operations,
      unmet.behaviour(run.result),
    );
    // All else would only be copied from thread to thread.
    return { ...outcome, document: null, causes: new Map(), summary, passing };
  } catch (error) {
    const passing = opener?.passing;
    const isTold = error instanceof LogOpenError || error instanceof SeparateRunsError;
    if (passing === undefined && !isTold) throw error;
    const messages = messageLine("error", isTold ? error.message : (passing ?? ""), palette);
    return {
      document: null,
      messages,
      status: ExitStatus.trouble,
      causes: new Map(),
      operations: 0,
      passing,
    };
  }
}

/** What to do when the input pauses: a file waits for nobody, but one that is followed. */
function pauseOf({ request, view }: RunTask, { onFindings }: RunSurroundings): RunOptions["onPause"] {
  const waits = request.follow === true || request.paths.every((path) => path === "-");
  if (!waits || onFindings === undefined) return undefined;
  const story = view.story === undefined ? undefined : storyOf(request.paths, view.story).story;
  return (findings) => onFindings(findings.list, story);
}

function outcomeOf(
  run: Run,
  { request, view }: RunTask,
  palette: Palette,
): Omit<RunOutcome, "document" | "passing"> & { readonly document: FindingsDocument } {
  const doubts = replayDoubts(run);
  const messages = run.unopened.map((error) => messageLine("error", error.message, palette));
  const logs = run.inputs.map(({ log }) => log);
  messages.push(logTrouble(logs, palette));
  if (!view.quiet) messages.push(logWarnings(logs, palette));
  if (!view.reportIsSeen && !view.quiet) {
    for (const { text } of doubts) messages.push(messageLine("warning", text, palette));
    if (view.defaults !== null) messages.push(messageLine("info", view.defaults, palette));
  }
  const refusals = refusalsOf(run, view);
  messages.push(...refusals.map((text) => messageLine("error", text, palette)));
  const document: FindingsDocument = {
    subject: request.paths.map(shownPath).join(", "),
    tables: view.forPrograms ? replayTables(run, view) : [],
    findings: run.findings.list,
    ...(view.story !== undefined && storyOf(request.paths, view.story)),
    undecided: undecidedFirst(run.findings.undecided(run.result.undecided)),
    unmodelled: run.result.unmodelled,
    summary: run.summary,
    listings: view.forPeople ? mapListings(run, view.map) : [],
    remarks: view.forPeople ? remarksOf(run, view, doubts) : [],
    troubles: troublesOf(run, refusals),
  };
  const status = refusals.length > 0 ? ExitStatus.trouble : statusOf(run, document.summary, view);
  const { operations } = run.result;
  return { document, messages: messages.join(""), status, causes: causesOf(run, view), operations };
}

function remarksOf(run: Run, view: ReplayView, doubts: readonly Remark[]): Remark[] {
  return [
    ...replayRemarks(run),
    ...nothingRemarks(run),
    ...unreadRemarks(run),
    ...doubts,
    ...filterRemarks(run),
    ...acceptedRemarks(run, view),
  ];
}

/** Why the run's verdict cannot be relied upon, without colours: what makes the exit status 2. */
function troublesOf(run: Run, refusals: readonly string[]): string[] {
  return [
    ...run.unopened.map(({ message }) => message),
    ...unreadRemarks(run).map(({ text }) => text),
    ...refusals,
  ];
}

function causesOf(run: Run, { baseline }: ReplayView): Map<string, Cause> {
  const causes = new Map(run.findings.causes);
  for (const { cause } of baseline?.accepted ?? []) {
    const key = causeKey(cause);
    if (run.findings.accepted.has(key)) causes.set(key, cause);
  }
  return causes;
}

/** The command that lists the run's events. Standard input cannot be read again. */
function storyOf(paths: readonly string[], options: readonly string[]): { story?: string } {
  if (paths.includes("-")) return {};
  return { story: ["xgt replay", ...paths.map(plainWord), ...options, "--events"].join(" ") };
}

function statusOf(run: Run, summary: FindingSummary, view: ReplayView): number {
  if (run.interrupted) return ExitStatus.interrupted;
  const unreadable = run.inputs.some(({ log }) => log.stats.truncated || log.stats.problemCount > 0);
  if (run.unopened.length > 0 || unreadable) return ExitStatus.trouble;
  return summaryFails(summary, view.failOn) ? ExitStatus.findings : ExitStatus.clean;
}
