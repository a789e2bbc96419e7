import { frameText, type JsonValue } from "@xgt/findings";
import type { BehaviourChange, ComparedCause, ComparedSides, ReplayedSide } from "@xgt/run";
import { severityCounts } from "./compare-verdict.ts";

/** A comparison as version 1 of its JSON form. */
export function compareJson({ base, patched, comparison }: ComparedSides): JsonValue {
  const { added, fixed, unchanged, behaviour } = comparison;
  return {
    version: 1,
    base: sideJson(base),
    patched: sideJson(patched),
    new: added.map(causeJson),
    fixed: fixed.map(causeJson),
    unchanged: unchanged.map(causeJson),
    behaviour: behaviour.map(changeJson),
    summary: {
      new: severityCounts(added),
      fixed: severityCounts(fixed),
      unchanged: severityCounts(unchanged),
    },
  };
}

function sideJson({ run }: ReplayedSide): JsonValue {
  const { error, warning, info, indeterminate } = run.summary;
  return {
    inputs: run.inputs.map(({ log, operations }) => ({
      path: log.path,
      format: log.format,
      events: log.stats.events,
      operations,
      lost: log.stats.lost,
      truncated: log.stats.truncated,
    })),
    xen: run.xen ?? null,
    summary: { error, warning, info, indeterminate },
  };
}

function causeJson({ cause, base, patched, first }: ComparedCause): JsonValue {
  const { location } = first;
  return {
    rule: cause.rule,
    name: cause.name,
    severity: cause.severity,
    domid: cause.domid,
    operation: orNull(cause.operation),
    caused_by: orNull(cause.causedBy),
    comm: orNull(cause.comm),
    frame: orNull(cause.frame),
    base,
    patched,
    first: {
      event: first.event,
      time_s: first.time,
      gfn: first.gfn === null ? null : frameText(first.gfn),
      count: first.count,
      message: first.message,
      location: location === null ? null : { path: location.path, [location.unit]: location.place },
    },
  };
}

function changeJson({ domid, what, operation, base, patched }: BehaviourChange): JsonValue {
  return { domid, what, operation: orNull(operation), base, patched };
}

function orNull(text: string): string | null {
  return text === "" ? null : text;
}
