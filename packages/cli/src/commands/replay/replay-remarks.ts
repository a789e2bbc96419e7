import { counted, frameRangeText, type Listing, type Remark, type Undecided } from "@xgt/findings";
import type { ClockDifference } from "@xgt/hypercall-log";
import type { DomainResult, MapRun, UnmodelledCalls } from "@xgt/p2m-tracker";
import { lostRecords, nothingChecked, type Run, type RunInput } from "@xgt/run";
import { shownPath } from "../../terminal/shown-path.ts";
import type { MapRange } from "./replay-tables.ts";
import type { ReplayView } from "./run-replay.ts";

const DOMAINS_ADVICE = "--domains takes Xen's boot log or a DomainSpec";
/** Sub-ops that are named where calls are not modelled. */
const SUB_OPS_NAMED = 8;

/** What was replayed, for people. */
export function replayRemarks(run: Run): Remark[] {
  const { result } = run;
  const time =
    result.timeFirst === null || result.timeLast === null
      ? ""
      : `, ${result.timeFirst.toFixed(6)} to ${result.timeLast.toFixed(6)} s`;
  const xen = run.xen === undefined ? "Xen's version is not known (--xen)" : `Xen ${run.xen}`;
  return [
    ...run.inputs.map(logRemark),
    ...run.clocks.map((clock) => clockRemark(clock, shownPath(run.inputs[0].log.path))),
    plain(
      "run",
      `${counted(result.events, "event")}, ${counted(result.operations, "operation")}${time}; ${xen}`,
    ),
    ...run.notes.map((note) => plain("domains", note)),
    ...result.domains.map((domain) => plain(`domain ${domain.domid}`, domainText(domain))),
  ];
}

/** Logs or parts of logs that are not part of the replay. The messages on stderr say more. */
export function unreadRemarks(run: Run): Remark[] {
  return [
    ...run.unopened.map(({ path }) => doubt("missing", `${shownPath(path)} is not part of this replay`)),
    ...run.inputs.flatMap(({ log }) => {
      const { truncated, problemCount } = log.stats;
      const path = shownPath(log.path);
      if (truncated) return doubt("cut", `${path} ends inside a record: what followed is not checked`);
      const places = counted(problemCount, "place");
      return problemCount > 0 ? doubt("corrupt", `${path} is unreadable in ${places}`) : [];
    }),
  ];
}

/** What makes a verdict less sure than it looks; empty where nothing does. */
export function replayDoubts(run: Run): Remark[] {
  const { result } = run;
  const doubts: Remark[] = [...unknownRemarks(run)];
  if (run.stopped) {
    doubts.push(doubt("stopped", `after event ${result.events} (--until): what follows is not checked`));
  }
  if (run.interrupted) {
    doubts.push(doubt("interrupted", `after event ${result.events}: what follows is not checked`));
  }
  doubts.push(...gapRemarks(run));
  if (result.counters.forgotten.size > 0) doubts.push(forgottenRemark(result.counters.forgotten));
  for (const [rule, count] of run.findings.dropped) {
    doubts.push(doubt("too many", `${counted(count, "further finding")} of ${rule} counted but not listed`));
  }
  return doubts;
}

/** Domains of which nothing says how they are mapped or what they own, and the rules that this leaves undecided. */
function unknownRemarks({ result, findings }: Run): Remark[] {
  const undecided = findings.undecided(result.undecided);
  const rulesLacking = (input: string) => {
    const rules = undecided.filter(({ lacks }) => lacks === input).map(({ rule }) => rule);
    return rules.length === 0 ? "" : `; not decided without it: ${rules.join(" ")}`;
  };
  const remarks: Remark[] = [];
  for (const { domid, acted, mode, ramKnown } of result.domains) {
    if (acted && mode === "unknown") {
      const what = `nothing says whether domain ${domid} is direct-mapped`;
      remarks.push(doubt("no mode", `${what}${rulesLacking("mode")}; ${DOMAINS_ADVICE}`));
    }
    if (ramKnown) continue;
    const what = `the RAM of domain ${domid} is not known, so what it owns is not checked`;
    remarks.push(doubt("no RAM", `${what}${rulesLacking("ram")}; ${DOMAINS_ADVICE}`));
  }
  return remarks;
}

/** Rules that are undecided because mode or RAM is not known come first: one file more decides them. */
export function undecidedFirst(undecided: readonly Undecided[]): Undecided[] {
  const isFirst = ({ lacks }: Undecided) => lacks === "mode" || lacks === "ram";
  return [...undecided.filter(isFirst), ...undecided.filter((entry) => !isFirst(entry))];
}

/** Says that a run says nothing. */
export function nothingRemarks(run: Run): Remark[] {
  const nothing = nothingChecked(run);
  return nothing === null ? [] : [doubt("nothing", nothing)];
}

/** What recorders missed or this program does not know. */
function gapRemarks(run: Run): Remark[] {
  const { entersWithoutExit, exitsWithoutEnter, opsNotRecorded } = run.result.counters;
  const { dmaPagesNotSeen, entriesNotFollowed } = run.result.counters;
  const lost = lostRecords(run);
  const remarks: Remark[] = [];
  if (lost > 0) {
    remarks.push(doubt("lost", `${counted(lost, "record")} missing: what they may have changed is unknown`));
  }
  const halves = [
    entersWithoutExit > 0 ? `${counted(entersWithoutExit, "call")} without an end` : "",
    exitsWithoutEnter > 0 ? `${counted(exitsWithoutEnter, "call")} without a beginning` : "",
  ].filter((text) => text !== "");
  if (halves.length > 0) {
    remarks.push(doubt("unpaired", `${halves.join(", ")}: what they may have changed is unknown`));
  }
  if (run.result.unmodelled.length > 0) remarks.push(unmodelledRemark(run.result.unmodelled));
  if (opsNotRecorded > 0) {
    const ops = `${counted(opsNotRecorded, "grant op")} that the log counts but does not hold`;
    remarks.push(
      doubt("not shown", `${ops}: what they changed is unknown unless the guest's own table names it`),
    );
  }
  if (dmaPagesNotSeen > 0) {
    const pages = `${counted(dmaPagesNotSeen, "page")} of large DMA buffers`;
    remarks.push(doubt("too large", `${pages} not checked: the log names more of them than are followed`));
  }
  if (entriesNotFollowed > 0) {
    const entries = `${counted(entriesNotFollowed, "entry", "entries")} of a guest's own table`;
    remarks.push(doubt("too large", `${entries} not followed: no p2m reaches a pfn of 2^52 or more`));
  }
  return remarks;
}

/** Calls that the model does not follow, by name: "3 calls (2 of domctl sub-op 39, 1 of dm_op)". */
function unmodelledRemark(unmodelled: readonly UnmodelledCalls[]): Remark {
  const calls = unmodelled.reduce((sum, entry) => sum + entry.calls, 0);
  const names = unmodelled.slice(0, SUB_OPS_NAMED).map((entry) => {
    return `${entry.calls} of ${entry.hypercall}${entry.cmd === null ? "" : ` sub-op ${entry.cmd}`}`;
  });
  const more = unmodelled.length - names.length;
  if (more > 0) names.push(`and ${counted(more, "more sub-op")}`);
  const text = `${counted(calls, "call")} not modelled (${names.join(", ")}): what they changed is unknown`;
  return doubt("unmodelled", text);
}

function forgottenRemark(forgotten: ReadonlyMap<string, number>): Remark {
  const reasons = [...forgotten].map(([why, times]) => (times === 1 ? why : `${why} (${times} times)`));
  return doubt("forgotten", `a domain's whole state became unknown: ${reasons.join("; ")}`);
}

/** How much the report's limits left out. */
export function filterRemarks({ findings }: Run): Remark[] {
  if (findings.filtered === 0) return [];
  return [plain("left out", `${counted(findings.filtered, "finding")} by the options that limit the report`)];
}

/** What a repository's files leave out: its defaults, and the findings that it accepts. */
export function acceptedRemarks(
  { findings }: Run,
  view: Pick<ReplayView, "baseline" | "defaults">,
): Remark[] {
  const remarks = view.defaults === null ? [] : [plain("defaults", view.defaults)];
  if (view.baseline === null) return remarks;
  const times = [...findings.accepted.values()].reduce((sum, count) => sum + count, 0);
  const causes = counted(findings.accepted.size, "cause");
  const text = `${counted(times, "finding")} of ${causes} left out, accepted by ${shownPath(view.baseline.path)}`;
  return [...remarks, plain("accepted", text)];
}

/** The p2m as runs, one line each. */
export function mapListings(run: Run, range: MapRange): Listing[] {
  if (range === "none") return [];
  return run.result.domains.map(({ domid }) => {
    const runs = run.mapRuns(domid, range === "all");
    const what = range === "all" ? "p2m" : "p2m where it is not own RAM 1:1";
    return {
      title: `domain ${domid}: ${what}${runs.length === 0 ? ": nothing" : ""}`,
      lines: runs.map(runText),
    };
  });
}

function runText(run: MapRun): string {
  const parts = [`  ${frameRangeText(run.gfn, run.count).padEnd(22)} ${run.kind.padEnd(8)}`];
  if (run.mfn !== null) parts.push(frameRangeText(run.mfn, run.count));
  if (run.handle !== null) parts.push(`handle ${run.handle}`);
  if (run.domid !== null) parts.push(`of domain ${run.domid}`);
  if (run.readOnly) parts.push("read-only");
  return parts.join(" ").trimEnd();
}

function logRemark({ log, operations }: RunInput): Remark {
  const { stats } = log;
  const skipped = [...stats.skipped].map(([reason, count]) => `${count} ${reason}`);
  const rest = skipped.length === 0 ? "" : `; skipped: ${skipped.join(", ")}`;
  const counts = `${counted(stats.events, "event")}, ${counted(operations, "operation")}`;
  return plain("log", `${shownPath(log.path)}: ${log.format}, ${counts}${rest}`);
}

/** How far two clocks are apart, and how sure that is. */
function clockRemark(clock: ClockDifference, first: string): Remark {
  const path = shownPath(clock.path);
  const { shared, seconds, low, high } = clock;
  const apart = `${path} is ${Math.abs(seconds).toFixed(6)} s ${seconds < 0 ? "behind" : "ahead of"} ${first}`;
  if (clock.given) return plain("clocks", `${apart}, as --skew says; ${counted(shared, "shared call")}`);
  if (low === null || high === null) {
    const advice = "--skew tells how far the clocks are apart";
    const why = shared === 0 ? "no call is in both logs" : "the shared calls have no times";
    return doubt("clocks", `${path} is placed as if its clock were that of ${first}: ${why}; ${advice}`);
  }
  const bounds = `${low.toFixed(6)} to ${high.toFixed(6)} s`;
  if (low <= 0 && high >= 0) {
    return plain(
      "clocks",
      `${path} and ${first} go by one clock, by ${counted(shared, "shared call")} (${bounds})`,
    );
  }
  return plain("clocks", `${apart}, by ${counted(shared, "shared call")} (${bounds})`);
}

function domainText(domain: DomainResult): string {
  const { frames } = domain;
  const kinds = (["own", "hole", "grant", "foreign", "xen", "mmio", "identity", "unknown"] as const)
    .filter((kind) => frames[kind] > 0 || (kind === "own" && domain.ramKnown))
    .map((kind) => `${frames[kind]} ${kind}`);
  const handles =
    domain.handlesPeak === 0
      ? ""
      : `; grant handles: ${domain.handlesLive} live, ${domain.handlesPeak} at most`;
  const mode = domain.mode === "unknown" ? "mode not known" : domain.mode;
  return `${mode}: ${kinds.length === 0 ? "no frame known" : kinds.join(", ")}${handles}`;
}

function plain(label: string, text: string): Remark {
  return { tone: "plain", label, text };
}

function doubt(label: string, text: string): Remark {
  return { tone: "warning", label, text };
}
