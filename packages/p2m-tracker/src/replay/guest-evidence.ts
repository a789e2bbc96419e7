import { ALL_ONES } from "@xgt/hypercall-log";
import type { Domain } from "../state/domain.ts";
import { FrameKind, NOT_KNOWN } from "../state/frame-kind.ts";
import type { Machine } from "../state/machine.ts";
import { HandleState } from "../state/maptrack.ts";

/**
 * Where a recorder shows only the first op of a grant batch, the guest's own table tells the rest: Linux makes an
 * entry for each op that Xen mapped, and erases one for each op that it unmapped (arch/arm/xen/p2m.c@6.1). An entry
 * is taken for evidence only while calls with ops that were not recorded are outstanding, or for a map whose bus
 * address was not recorded.
 */
export function applyGuestEntry(
  machine: Machine,
  domain: Domain,
  pfn: number,
  mfn: number,
  count: number,
): void {
  if (count !== 1) return;
  const kind = domain.p2m.kindOf(pfn);
  if (mfn >= ALL_ONES) {
    const mayBeGrant = kind === FrameKind.grant || kind === FrameKind.unknown;
    if (!mayBeGrant || !domain.takeUnseenUnmap()) return;
    closeHandle(domain, pfn, machine.event);
    machine.clear(domain, undefined, 0, pfn, 0);
    return;
  }
  if (kind === FrameKind.grant) {
    if (domain.p2m.mfnAt(pfn) === NOT_KNOWN) machine.learnGrantMfn(domain, pfn, mfn);
    return;
  }
  if (!domain.takeUnseenMap()) return;
  machine.map(domain, undefined, 0, pfn, machine.mapping.set(FrameKind.grant, mfn, NOT_KNOWN, false));
}

/** The handle of an unmapped gfn goes with it, where it is known. */
function closeHandle(domain: Domain, gfn: number, event: number): void {
  const handle = domain.p2m.auxAt(gfn);
  const slot = handle === NOT_KNOWN ? -1 : domain.maptrack.find(handle);
  if (slot < 0) return;
  domain.maptrack.close(slot, HandleState.released, event);
}
