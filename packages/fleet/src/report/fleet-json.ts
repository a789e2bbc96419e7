import type { JsonValue } from "@xgt/findings";
import type { FleetAnswer, FleetCause } from "../merge/fleet-answer.ts";
import type { CausePlace } from "../summary/run-summary.ts";

/** The answer of a fleet as version 1 of its JSON form. `name`: the fleet's; empty: it has none. */
export function fleetJson(answer: FleetAnswer, name: string): JsonValue {
  const { runs, failed, troubled, operations, causesLeftOut } = answer;
  return {
    version: 1,
    name,
    runs,
    failed,
    troubled,
    operations,
    behaviour: answer.behaviour.map(
      ({ operation, runs: with_, calls, shortCounts, refusedCalls, refusedOps }) => ({
        operation,
        runs: with_,
        calls,
        short_counts: shortCounts,
        refused_calls: refusedCalls,
        refused_ops: refusedOps,
      }),
    ),
    causes: answer.causes.map(causeJson),
    causes_left_out: causesLeftOut,
    gone: answer.gone.map(({ rule, name: ruleName, severity }) => ({ rule, name: ruleName, severity })),
    undecided: [...answer.undecided].map(([rule, count]) => ({ rule, runs: count })),
    failures: answer.failures.map(({ run, reason, page }) => ({
      run,
      reason,
      ...(page !== undefined && { page }),
    })),
  };
}

function causeJson({
  cause,
  runs,
  findings,
  isSteady,
  isNew,
  before,
  shares,
  common,
  example,
}: FleetCause): JsonValue {
  const { rule, name, severity, domid, operation, causedBy, comm, frame } = cause;
  const placeJson = (where: CausePlace | null) =>
    where === null ? null : { path: where.path, [where.unit]: where.place };
  return {
    rule,
    name,
    severity,
    domid,
    operation,
    caused_by: causedBy,
    comm,
    frame,
    runs,
    findings,
    steady: isSteady,
    ...(isNew !== undefined && { new: isNew }),
    ...(before !== undefined && { before: { runs: before.runs, of: before.of } }),
    groups: shares.map(({ key, value, hit, runs: all }) => ({ key, value, hit, runs: all })),
    common: common.map(({ key, value, runs: with_ }) => ({ key, value, runs: with_ })),
    example: {
      run: example.run,
      ...(example.page !== undefined && { page: example.page }),
      message: example.message,
      location: placeJson(example.first),
      ...(example.last !== null && { last_location: placeJson(example.last) }),
    },
  };
}
