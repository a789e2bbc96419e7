import { causeKey, type FactTable, frameText, type JsonValue } from "@xgt/findings";
import type { MapRun } from "@xgt/p2m-tracker";
import { acceptedEntry, type Run } from "@xgt/run";
import type { ReplayView } from "./run-replay.ts";

/** Which part of the p2m is printed. */
export type MapRange = "none" | "exceptions" | "all";

/** `inputs` and `domains` of the JSON form, and with a baseline `accepted`. */
export function replayTables(run: Run, view: Pick<ReplayView, "map" | "baseline">): FactTable[] {
  const { map } = view;
  return [
    { name: "inputs", row: "input", rows: run.inputs.map(inputRow) },
    { name: "domains", row: "domain", rows: run.result.domains.map((domain) => domainRow(run, domain, map)) },
    ...(view.baseline === null ? [] : [{ name: "accepted", row: "accepted", rows: acceptedRows(run, view) }]),
  ];
}

/** The accepted causes that the run has, and how often. */
function acceptedRows({ findings }: Run, { baseline }: Pick<ReplayView, "baseline">): JsonValue[] {
  return (baseline?.accepted ?? []).flatMap(({ cause, reason }) => {
    const count = findings.accepted.get(causeKey(cause)) ?? 0;
    return count === 0 ? [] : [{ ...acceptedEntry(cause, reason), findings: count }];
  });
}

function inputRow({ log, operations }: Run["inputs"][number]): JsonValue {
  const { stats } = log;
  return {
    path: log.path,
    format: log.format,
    events: stats.events,
    operations,
    lost: stats.lost,
    skipped: Object.fromEntries([...stats.skipped].sort(byName)),
    truncated: stats.truncated,
  };
}

function domainRow(run: Run, domain: Run["result"]["domains"][number], map: MapRange): JsonValue {
  const { own, hole, grant, foreign, xen, mmio, identity, unknown } = domain.frames;
  const frames = { own, hole, grant, foreign, xen, mmio, unknown };
  const row = {
    domid: domain.domid,
    mode: domain.mode,
    frames: identity > 0 ? { ...frames, identity } : frames,
    handles_live: domain.handlesLive,
  };
  return map === "none" ? row : { ...row, map: run.mapRuns(domain.domid, map === "all").map(runRow) };
}

function runRow(run: MapRun): JsonValue {
  const row = {
    gfn: frameText(run.gfn),
    count: run.count,
    kind: run.kind,
    mfn: run.mfn === null ? null : frameText(run.mfn),
    ro: run.readOnly,
    handle: run.handle,
  };
  return run.domid === null ? row : { ...row, domid: run.domid };
}

function byName([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
