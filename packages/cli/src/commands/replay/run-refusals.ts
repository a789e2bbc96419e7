import { counted } from "@xgt/findings";
import { incompletenessOf, nothingChecked, type Run } from "@xgt/run";
import type { ReplayView } from "./run-replay.ts";

/** Why a run's verdict cannot be relied on, whatever it found: what makes the exit status 2. */
export function refusalsOf(run: Run, view: Pick<ReplayView, "strict" | "required">): string[] {
  const nothing = nothingChecked(run);
  const refusals = nothing === null ? [] : [nothing];
  if (view.strict) refusals.push(...strictRefusals(run));
  for (const rule of view.required) {
    const whys = run.result.undecided.filter((entry) => entry.rule === rule).map(({ why }) => why);
    if (whys.length > 0) refusals.push(`--require: ${rule} could not be decided: ${whys.join("; ")}`);
  }
  return refusals;
}

function strictRefusals(run: Run): string[] {
  const { halves, lost, unmodelled, modeUnknown, ramUnknown } = incompletenessOf(run);
  const gaps = [
    halves > 0 ? `${counted(halves, "call")} without the other half` : "",
    unmodelled > 0 ? `${counted(unmodelled, "call")} not modelled` : "",
    lost > 0 ? `${counted(lost, "record")} lost` : "",
  ].filter((text) => text !== "");
  const unknown = [
    modeUnknown.length > 0 ? `the mode of ${domains(modeUnknown)} is not known` : "",
    ramUnknown.length > 0 ? `the RAM of ${domains(ramUnknown)} is not known` : "",
  ].filter((text) => text !== "");
  return [
    ...(gaps.length > 0 ? [`--strict: the log is not complete: ${gaps.join(", ")}`] : []),
    ...(unknown.length > 0 ? [`--strict: ${unknown.join(", ")}; --domains tells it`] : []),
  ];
}

function domains(domids: readonly number[]): string {
  return `${domids.length === 1 ? "domain" : "domains"} ${domids.join(", ")}`;
}
