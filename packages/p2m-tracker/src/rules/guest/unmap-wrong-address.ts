import { Gntst, gntstName, since, type XenRelease } from "@xgt/hypercall-abi";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { HandleState } from "../../state/maptrack.ts";
import { EXTENDED, exampleLog, map, unmap } from "../kinds/example.ts";
import { hex, type Rule } from "../kinds/rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { handleText } from "../watch/grant-map-text.ts";
import { frameOf, unmapFieldsOf, unmapSubOps } from "../watch/grant-op-fields.ts";
import { LeftMapped } from "../watch/left-mapped.ts";

/** What the unmap at the other address did, by answer and version (arch/arm/p2m.c:p2m_remove_mapping@4.17). */
function consequence(status: number, xen: XenRelease | null): string {
  if (status === Gntst.generalError) return "Xen refuses it, and the grant stays mapped and pinned";
  if (status !== Gntst.okay)
    return Number.isNaN(status) ? "its answer is not known" : `the answer is ${gntstName(status)}`;
  const checks = since(xen, "4.17");
  if (checks === false) return "this Xen removes whatever that gfn held, and the grant's own mapping stays";
  if (checks === null) return "before Xen 4.17 that removes whatever the gfn held";
  return "Xen answered okay: the handle and both gfns are in an unknown state from here on";
}

/** Slot of a handle that was live when this call named it; -1: it was not, or was never seen. */
function slotBefore(domain: Domain, handle: number, event: number): number {
  const track = domain.maptrack;
  const slot = Number.isNaN(handle) ? -1 : track.find(handle);
  if (slot < 0) return -1;
  const state = track.state[slot];
  if (state === HandleState.live) return slot;
  return state !== HandleState.unseen && track.releaseEvent.get(slot) === event ? slot : -1;
}

/** A handle is unmapped at a gfn that is not its own. bad_handle answers belong to G23. */
export const unmapWrongAddress: Rule = {
  id: "G22",
  name: "unmap-wrong-address",
  severity: "error",
  what: "The host_addr of an unmap lies in the page that the handle was mapped at.",
  why: "From Xen 4.17 on the unmap is refused or leaves an unknown state; before, it removes an unrelated mapping, own RAM included.",
  fix: "Keep host_addr with the handle.",
  source:
    "Xen common/grant_table.c:unmap_common@master, arch/arm/mm.c:replace_grant_host_mapping@master, arch/arm/p2m.c:p2m_remove_mapping@4.17",
  needs: [],
  passing: exampleLog(map({ gfn: EXTENDED }), unmap(EXTENDED)),
  failing: exampleLog(
    map({ gfn: EXTENDED }, { gfn: EXTENDED + 1, handle: 2, ref: 9, mfn: 0xc8001 }),
    unmap(EXTENDED + 1, 1, -1),
  ),
  repaired: exampleLog(map({ gfn: EXTENDED }), unmap(EXTENDED + 1, 1, -1), unmap(EXTENDED)),
  watch(host) {
    const left = new LeftMapped(unmapWrongAddress, host, false);
    const refuses = since(host.machine.xen, "4.17") === true;

    function look(call: Call, domain: Domain, row: number): void {
      const fields = unmapFieldsOf(call);
      const hostAddr = call.in.u64(row, fields.hostAddr);
      const status = call.item(row);
      if (!(hostAddr > 0) || status === Gntst.badHandle) return;
      const track = domain.maptrack;
      const handle = call.in.u64(row, fields.handle);
      const slot = slotBefore(domain, handle, host.machine.event);
      const gfn = frameOf(hostAddr);
      if (slot < 0 || track.gfn.get(slot) === gfn) return;
      // Where Xen refuses, the grant can still be unmapped at its own address.
      const stays =
        refuses && status === Gntst.generalError && domain.p2m.auxAt(track.gfn.get(slot)) === handle;
      left.hold(domain, stays ? track.gfn.get(slot) : Number.NaN, {
        domain,
        gfn,
        message: `${call.name} names ${hex(gfn)} for ${handleText(domain, handle)}, which is mapped at ${hex(track.gfn.get(slot))}: ${consequence(status, host.machine.xen)}`,
        ...causedBy(track.mapEvent.get(slot), "the handle was mapped here"),
      });
    }

    return {
      ...left.hooks(),
      subOps: unmapSubOps,
      after(call: Call) {
        const domain = host.machine.domains.get(call.caller);
        if (domain === undefined) return;
        for (let row = 0; row < call.in.rows; row++) look(call, domain, row);
      },
    };
  },
};
