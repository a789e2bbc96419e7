import { Gntmap } from "@xgt/hypercall-abi";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind, NOT_KNOWN } from "../../state/frame-kind.ts";
import type { Machine } from "../../state/machine.ts";
import { HandleState } from "../../state/maptrack.ts";
import { unpinIdentity } from "../shared/identity-entries.ts";

/**
 * A handle is released; the mapping at `cleared` goes with it (NaN: none does). A mapping of the handle's own that is
 * left elsewhere stays, and belongs to no handle.
 */
export function releaseHandle(
  call: Call,
  machine: Machine,
  domain: Domain,
  row: number,
  slot: number,
  cleared: number,
): void {
  const track = domain.maptrack;
  const mfn = track.mfn.get(slot);
  const readOnly = (track.flags[slot] & Gntmap.readonly) !== 0;
  const foreign = track.granter[slot] !== domain.domid;
  if (!Number.isNaN(cleared)) machine.clear(domain, call, row, cleared, 0);
  if (track.mapped[slot] === 1) domain.p2m.orphanGrant(track.gfn.get(slot));
  track.close(slot, HandleState.released, machine.event);
  if (domain.directMapped && domain.iommu === true && foreign && mfn !== NOT_KNOWN)
    unpinIdentity(call, machine, domain, row, mfn, readOnly);
}

/** The outcome is not to be relied on: the handle, its gfn and the one that was named are unknown. */
export function loseTrack(
  call: Call,
  machine: Machine,
  domain: Domain,
  row: number,
  slot: number,
  gfn: number,
): void {
  const track = domain.maptrack;
  // A call whose end is not in the log counts from its beginning on: a handle that was given out since is another one.
  const isOfNow = call.certain || slot < 0 || track.mapEvent.get(slot) < call.enterEvent;
  if (slot >= 0 && isOfNow && track.state[slot] === HandleState.live) {
    const mapped = track.gfn.get(slot);
    const stillThere = track.mapped[slot] === 1;
    track.close(slot, HandleState.unknown, machine.event);
    if (stillThere && mapped !== gfn) machine.blur(domain, call, row, mapped);
  }
  if (gfn !== 0 && domain.p2m.kindOf(gfn) !== FrameKind.hole) machine.blur(domain, call, row, gfn);
}
