import { Errno, GRANT_TABLE_STATUS_INDEX, MapSpace, since } from "@xgt/hypercall-abi";
import type { Call } from "../../call/call.ts";
import type { Judgement } from "../../call/judgement.ts";
import type { Domain } from "../../state/domain.ts";
import { EntryFlag, FrameKind, NOT_KNOWN, SHARED_INFO } from "../../state/frame-kind.ts";
import type { Change, Machine } from "../../state/machine.ts";
import { reaches } from "./p2m-reach.ts";

/** Indices from here on are cut to 32 bits somewhere below, by version. */
const INDEX_MAX = 2 ** 32;

/** What mapping one frame of a space at `gpfn` answers (arch/arm/mm.c:xenmem_add_to_physmap_one@4.14..master). */
export function expectPlaced(
  machine: Machine,
  domain: Domain,
  space: number,
  idx: number,
  gpfn: number,
  out: Judgement,
): void {
  out.rule = "H08";
  switch (space) {
    case MapSpace.grantTable:
      expectGrantFrame(machine, domain, idx, gpfn, out);
      return;
    case MapSpace.sharedInfo:
      if (idx !== 0) out.value = Number.isNaN(idx) ? Number.NaN : Errno.EINVAL;
      else expectPlacement(machine, domain, domain.xenPages.gfnOf(SHARED_INFO), gpfn, out);
      return;
    case MapSpace.devMmio:
      out.value = expectMmio(domain, idx, gpfn);
      return;
    case MapSpace.gmfnForeign:
      out.value = Number.NaN;
      return;
    default:
      out.value = Errno.ENOSYS;
  }
}

function expectGrantFrame(machine: Machine, domain: Domain, idx: number, gpfn: number, out: Judgement): void {
  out.value = Number.NaN;
  if (idx >= INDEX_MAX) return;
  if (idx >= GRANT_TABLE_STATUS_INDEX) {
    // Status frames exist in version 2 only; for version 1 the bit makes an index beyond any limit.
    if (domain.facts?.grantTableVersion === 1) out.value = Errno.EINVAL;
    return;
  }
  if (idx >= domain.xenPages.maxFrames) out.value = Errno.EINVAL;
  else if (Number.isNaN(domain.xenPages.maxFrames) && idx >= domain.xenPages.tableFrames) return;
  else if (domain.xenPages.isLost(idx)) {
    // get_page() finds no owner any more (common/grant_table.c:gnttab_map_frame@4.16, gnttab_map_frame_begin@4.17).
    out.rule = "H09";
    out.value = Errno.EBUSY;
  } else expectPlacement(machine, domain, domain.xenPages.gfnOf(idx), gpfn, out);
}

/**
 * 4.17 (71320946d5) refuses a second placement; before, a grant-table frame moves and shared_info is mapped twice.
 * `at`: gfn where the frame is; NaN: at an unknown one; undefined: nowhere as far as seen.
 */
function expectPlacement(
  machine: Machine,
  domain: Domain,
  at: number | undefined,
  gpfn: number,
  out: Judgement,
): void {
  const refuses = since(machine.xen, "4.17");
  out.rule = "H09";
  out.value = Number.NaN;
  if (refuses === null) return;
  const doubtful = at !== undefined && Number.isNaN(at) && domain.xenPages.inDoubt;
  if (refuses && at !== undefined) {
    if (!doubtful) out.value = Errno.EBUSY;
    return;
  }
  if (refuses && !domain.xenPages.allSeen) return;
  const mapped = reaches(domain, gpfn);
  if (mapped !== null) out.value = mapped ? 0 : Errno.EINVAL;
}

/** A frame that the domain may not map is passed over without an error (arch/arm/p2m.c:map_dev_mmio_page@master). */
function expectMmio(domain: Domain, idx: number, gpfn: number): number {
  const mapped = reaches(domain, gpfn);
  if (mapped === true || domain.facts?.devMmioMaps?.includes(idx) === false) return 0;
  return mapped === false && domain.facts?.devMmioMaps?.includes(idx) === true ? Errno.EINVAL : Number.NaN;
}

/** Makes the state follow a placement that was done. */
export function placeFrame(
  call: Call,
  machine: Machine,
  domain: Domain,
  item: number,
  space: number,
  idx: number,
  gpfn: number,
): void {
  if (space === MapSpace.devMmio) {
    placeMmio(call, machine, domain, item, idx, gpfn);
    return;
  }
  const shared = space === MapSpace.sharedInfo;
  const aux = shared ? SHARED_INFO : idx < GRANT_TABLE_STATUS_INDEX ? idx : NOT_KNOWN;
  if (aux >= 0) leaveOldGfn(call, machine, domain, item, idx, gpfn);
  machine.map(domain, call, item, gpfn, machine.mapping.set(FrameKind.xen, NOT_KNOWN, aux, false));
  if (aux !== NOT_KNOWN) domain.xenPages.place(aux, gpfn);
}

/**
 * A mapping that is replaced by one of the same frame is not freed (arch/arm/p2m.c:__p2m_set_entry@4.17,
 * arch/arm/mmu/p2m.c@4.20), so that from 4.17 on the Xen page keeps its gfn for good: no later placement succeeds.
 * `same`: whether the frame stayed the same; null: not known.
 */
export function keepPlacement(machine: Machine, change: Change, same: boolean | null): void {
  if (change.oldKind !== FrameKind.xen || change.oldAux === NOT_KNOWN || same === false) return;
  if (since(machine.xen, "4.17") === false) return;
  change.domain.xenPages.keep(change.oldAux, same === null ? Number.NaN : change.gfn);
}

/**
 * Before 4.17 Xen removes whatever the frame's last gfn holds now, RAM included: the gfn is kept until the next
 * placement and nothing is compared (common/grant_table.c:gnttab_map_frame@4.16, arch/arm/p2m.c:p2m_remove_mapping@4.16).
 */
function leaveOldGfn(
  call: Call,
  machine: Machine,
  domain: Domain,
  item: number,
  idx: number,
  gpfn: number,
): void {
  const old = domain.xenPages.gfnOf(idx);
  if (old === undefined || Number.isNaN(old) || old === gpfn) return;
  const lineage = domain.p2m.kindOf(old) === FrameKind.own ? EntryFlag.displaced : 0;
  if (since(machine.xen, "4.17") === false) machine.clear(domain, call, item, old, lineage);
  else machine.blur(domain, call, item, old);
}

/** The answer 0 does not say whether the frame was mapped: only a domain's iomem rights do. */
function placeMmio(
  call: Call,
  machine: Machine,
  domain: Domain,
  item: number,
  idx: number,
  gpfn: number,
): void {
  const maps = domain.facts?.devMmioMaps;
  if (maps === undefined || Number.isNaN(idx)) machine.blur(domain, call, item, gpfn);
  else if (maps.includes(idx)) {
    machine.map(domain, call, item, gpfn, machine.mapping.set(FrameKind.mmio, idx, NOT_KNOWN, false));
  }
}
