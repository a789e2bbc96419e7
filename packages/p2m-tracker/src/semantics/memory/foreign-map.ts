import { DOMID_IO, DOMID_SELF, DOMID_XEN, Errno, since } from "@xgt/hypercall-abi";
import type { Call } from "../../call/call.ts";
import type { Judgement } from "../../call/judgement.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind, NOT_KNOWN } from "../../state/frame-kind.ts";
import type { Machine } from "../../state/machine.ts";
import { mayTarget } from "../shared/caller-rights.ts";
import { reaches } from "../shared/p2m-reach.ts";

/**
 * What one item of a foreign map answers: up to two errnos by version, or undecided (none).
 * How the foreign domain is looked up: get_pg_owner up to 4.19; rcu_lock_remote_domain_by_id since f795a9c491, which
 * was also put on 4.20, 4.21 and 4.22 (July 2026): builds of those releases may be on either side
 * (arch/arm/mm.c:xenmem_add_to_physmap_one@4.19,@4.20).
 */
export function answerForeign(
  call: Call,
  machine: Machine,
  domain: Domain,
  foreign: number,
  idx: number,
  gpfn: number,
  out: Judgement,
): void {
  out.begin("H31");
  if (Number.isNaN(foreign) || foreign === DOMID_XEN) return;
  if (foreign === call.caller) return bothColumns(machine, Errno.ESRCH, Errno.EPERM, out);
  if (foreign === DOMID_SELF) {
    // The caller itself is then found; for another domain's p2m it is a foreign domain like any other.
    if (domain.domid === call.caller) bothColumns(machine, Errno.EINVAL, Errno.ESRCH, out);
    return;
  }
  if (foreign === DOMID_IO) {
    // It is found up to 4.19, but has no p2m: no gfn of it leads anywhere (common/domain.c:domain_create@4.17).
    const allowed = mayTarget(machine, domain.domid, foreign);
    if (allowed === true && idx > 0) bothColumns(machine, Errno.EINVAL, Errno.ESRCH, out);
    else if (since(machine.xen, "4.23") === true) out.value = Errno.ESRCH;
    return;
  }
  const exists = machine.exists(foreign, call.caller);
  if (exists === false) out.value = Errno.ESRCH;
  else if (foreign === domain.domid) out.value = Errno.EINVAL;
  else if (exists) answerFrame(machine, domain, foreign, idx, gpfn, out);
}

function bothColumns(machine: Machine, old: number, late: number, out: Judgement): void {
  const xen = machine.xen;
  out.value = since(xen, "4.23") === true ? late : old;
  out.second = xen === null || (since(xen, "4.20") && !since(xen, "4.23")) ? late : Number.NaN;
}

/** XSM_TARGET of the mapping domain on the foreign one, then the source gfn: RAM of that domain, and nothing else. */
function answerFrame(
  machine: Machine,
  domain: Domain,
  foreign: number,
  idx: number,
  gpfn: number,
  out: Judgement,
): void {
  out.rule = "H08";
  const allowed = mayTarget(machine, domain.domid, foreign);
  if (allowed === false) out.value = Errno.EPERM;
  if (allowed !== true || Number.isNaN(idx)) return;
  switch (machine.domains.get(foreign)?.p2m.kindOf(idx)) {
    case FrameKind.own:
    case FrameKind.xen:
      if (reaches(domain, gpfn) === true) out.value = 0;
      else if (reaches(domain, gpfn) === false) out.value = Errno.EINVAL;
      return;
    case undefined:
    case FrameKind.unknown:
      return;
    default:
      out.value = Errno.EINVAL;
  }
}

/** The frame behind a foreign gfn, where that domain is direct-mapped and listed. */
export function foreignFrame(foreign: Domain | undefined, idx: number): number {
  return foreign?.directMapped && foreign.p2m.kindOf(idx) === FrameKind.own ? idx : NOT_KNOWN;
}
