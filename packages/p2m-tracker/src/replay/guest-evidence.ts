import { ALL_ONES } from "@xgt/hypercall-log";
import type { Domain } from "../state/domain.ts";
import { FrameKind, NOT_KNOWN } from "../state/frame-kind.ts";
import type { Machine } from "../state/machine.ts";

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
  const entry = domain.p2m.find(pfn);
  if (mfn >= ALL_ONES) {
    const mayBeGrant = kind === FrameKind.grant || kind === FrameKind.unknown;
    if (!mayBeGrant || domain.unseenUnmaps === 0) return;
    domain.unseenUnmaps--;
    closeHandle(domain, entry, machine.event);
    machine.clear(domain, undefined, 0, pfn, 0);
    return;
  }
  if (kind === FrameKind.grant && entry >= 0 && domain.p2m.mfns[entry] === NOT_KNOWN) {
    domain.p2m.mfns[entry] = mfn;
    const slot = domain.p2m.aux[entry] === NOT_KNOWN ? -1 : domain.maptrack.find(domain.p2m.aux[entry]);
    if (slot >= 0) domain.maptrack.learnMfn(slot, mfn);
    return;
  }
  if (kind === FrameKind.grant || domain.unseenMaps === 0) return;
  domain.unseenMaps--;
  const lineage = machine.coverLineage(domain, pfn);
  machine.change(domain, undefined, 0, pfn, FrameKind.grant, mfn, NOT_KNOWN, false, lineage);
}

/** The handle of an unmapped gfn goes with it, where it is known. */
function closeHandle(domain: Domain, entry: number, event: number): void {
  const handle = entry < 0 ? NOT_KNOWN : domain.p2m.aux[entry];
  const slot = handle === NOT_KNOWN ? -1 : domain.maptrack.find(handle);
  if (slot < 0) return;
  domain.unpin(domain.maptrack.granter[slot], domain.maptrack.ref[slot], slot);
  domain.maptrack.close(slot, 2, event);
}
