import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind, NOT_KNOWN } from "../../state/frame-kind.ts";
import type { Machine } from "../../state/machine.ts";
import { since } from "../../state/xen-version.ts";

/** Readers count from bit 0, writers from here. */
const WRITER = 2 ** 20;

/**
 * Where an IOMMU serves a direct-mapped domain, Xen keeps gfn = mfn mapped for every granted frame that the domain
 * has mapped, writable while there is a writer (common/grant_table.c:map_grant_ref@master, gnttab_need_iommu_mapping).
 */
export function pinIdentity(
  call: Call,
  machine: Machine,
  domain: Domain,
  row: number,
  mfn: number,
  readOnly: boolean,
): void {
  const pins = domain.identityPins.get(mfn) ?? 0;
  const now = pins + (readOnly ? 1 : WRITER);
  domain.identityPins.set(mfn, now);
  if (pins === 0 || (pins < WRITER && now >= WRITER))
    setIdentity(call, machine, domain, row, mfn, now < WRITER);
}

/** The other half, at an unmap (common/grant_table.c:unmap_common@master). */
export function unpinIdentity(
  call: Call,
  machine: Machine,
  domain: Domain,
  row: number,
  mfn: number,
  readOnly: boolean,
): void {
  const pins = domain.identityPins.get(mfn);
  if (pins === undefined) return;
  const now = pins - (readOnly ? 1 : WRITER);
  if (now <= 0) {
    domain.identityPins.delete(mfn);
    removeIdentity(call, machine, domain, row, mfn);
    return;
  }
  domain.identityPins.set(mfn, now);
  if (pins >= WRITER && now < WRITER) setIdentity(call, machine, domain, row, mfn, true);
}

/** Another mapping that covers the entry is compared with the frame since 4.17 (5a4a2cef08), and stays; before, it goes. */
function removeIdentity(call: Call, machine: Machine, domain: Domain, row: number, mfn: number): void {
  const kind = domain.p2m.kindOf(mfn);
  const compares = since(machine.xen, 4017);
  if (kind === FrameKind.identity || compares === false) machine.clear(domain, call, row, mfn, 0);
  else if (compares === null && kind !== FrameKind.hole) machine.blur(domain, call, row, mfn);
}

function setIdentity(
  call: Call,
  machine: Machine,
  domain: Domain,
  row: number,
  mfn: number,
  readOnly: boolean,
): void {
  const lineage = machine.coverLineage(domain, mfn);
  machine.change(domain, call, row, mfn, FrameKind.identity, mfn, NOT_KNOWN, readOnly, lineage);
}
