import type { Finding } from "@xgt/findings";
import type { CallIndex } from "../observers/call-index.ts";

/**
 * What makes two findings of one run the same fault come again: rule, frames, and the calls and the task that led to it.
 * Times, and numbers of events, are not part of it.
 */
export function faultKey(finding: Finding, calls: CallIndex): string {
  const { rule, severity, certain, domid, gfn, count, busMfn, expectedMfn, event, causeEvent } = finding;
  const act = event === null ? null : calls.actAt(event);
  const cause = causeEvent === null ? null : calls.actAt(causeEvent);
  return JSON.stringify([
    ...[rule, severity, certain, domid, gfn, count, busMfn, expectedMfn],
    finding.message.replace(/\bevent \d+/g, "event"),
    ...[act?.name, act?.isCall === true ? act.task : null, cause?.name, cause?.task],
  ]);
}
