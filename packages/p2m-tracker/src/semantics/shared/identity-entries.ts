import { since } from "@xgt/hypercall-abi";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind, NOT_KNOWN } from "../../state/frame-kind.ts";
import { IdentityChange } from "../../state/identity-pins.ts";
import type { Machine } from "../../state/machine.ts";

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
  follow(call, machine, domain, row, mfn, domain.identityPins.add(mfn, readOnly));
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
  follow(call, machine, domain, row, mfn, domain.identityPins.remove(mfn, readOnly));
}

function follow(
  call: Call,
  machine: Machine,
  domain: Domain,
  row: number,
  mfn: number,
  change: IdentityChange,
): void {
  if (change === IdentityChange.none) return;
  if (change === IdentityChange.gone) return removeIdentity(call, machine, domain, row, mfn);
  const readOnly = change === IdentityChange.readOnly;
  machine.map(domain, call, row, mfn, machine.mapping.set(FrameKind.identity, mfn, NOT_KNOWN, readOnly));
}

/** Another mapping that covers the entry is compared with the frame since 4.17 (5a4a2cef08), and stays; before, it goes. */
function removeIdentity(call: Call, machine: Machine, domain: Domain, row: number, mfn: number): void {
  const kind = domain.p2m.kindOf(mfn);
  const compares = since(machine.xen, "4.17");
  if (kind === FrameKind.identity || compares === false) machine.clear(domain, call, row, mfn, 0);
  else if (compares === null && kind !== FrameKind.hole) machine.blur(domain, call, row, mfn);
}
