import type { Cause, Finding } from "@xgt/findings";
import type { DomainSpec } from "@xgt/hypercall-log";
import type { CallIndex } from "../observers/call-index.ts";

/**
 * What a finding is compared by: rule, call, task and kind of frame. What only the end of the log shows (`atEnd`) is
 * at no call: which one came last is chance.
 */
export function causeOf(
  finding: Finding,
  atEnd: boolean,
  calls: CallIndex,
  domains: readonly DomainSpec[],
): Cause {
  const act = finding.event === null || atEnd ? null : calls.actAt(finding.event);
  const cause = finding.causeEvent === null ? null : calls.actAt(finding.causeEvent);
  // A DMA runs in whatever task was interrupted: the call that led to it tells who is to blame.
  const doer = act?.isCall ? act : cause;
  return {
    rule: finding.rule,
    name: finding.name,
    severity: finding.severity,
    domid: finding.domid,
    operation: act?.name ?? "",
    causedBy: cause?.name ?? "",
    comm: taskKind(doer?.task ?? ""),
    frame: frameKindOf(finding, domains),
  };
}

/** "RAM, another frame used, none expected": where the gfn lies, and what was used instead of what. */
function frameKindOf(finding: Finding, domains: readonly DomainSpec[]): string {
  const { gfn, busMfn, expectedMfn } = finding;
  if (gfn === null) return "";
  const parts = [
    placeOf(
      gfn,
      domains.find(({ domid }) => domid === finding.domid),
    ),
  ];
  if (busMfn !== null) {
    parts.push(`${busMfn === gfn ? "its own number" : "another frame"} used`);
    const expected = expectedMfn === null ? "none" : expectedMfn === gfn ? "its own number" : "another frame";
    parts.push(`${expected} expected`);
  }
  return parts.join(", ");
}

function placeOf(gfn: number, domain: DomainSpec | undefined): string {
  if (domain === undefined) return "a frame";
  const within = (range: { readonly gfn: number; readonly count: number }) =>
    gfn >= range.gfn && gfn < range.gfn + range.count;
  const region = domain.regions.find((candidate) => candidate.name !== "swiotlb" && within(candidate));
  if (region !== undefined) return `${region.name} region`;
  return domain.ram?.some(within) ? "RAM" : "outside RAM";
}

/** A task's name without what tells instances of it apart: "kworker", "#.xvda-#". */
function taskKind(comm: string): string {
  return comm.replace(/^(kworker|ksoftirqd|swapper|migration|rcu[a-z_]*)\/.*$/, "$1").replace(/[0-9]+/g, "#");
}
