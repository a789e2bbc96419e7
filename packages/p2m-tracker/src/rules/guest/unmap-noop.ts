import { Gntst } from "@xgt/hypercall-abi";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { NOT_KNOWN } from "../../state/frame-kind.ts";
import { HandleState } from "../../state/maptrack.ts";
import { EXTENDED, exampleLog, map, unmap } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { handleText } from "../watch/grant-map-text.ts";
import { unmapFieldsOf, unmapSubOps } from "../watch/grant-op-fields.ts";
import { LeftMapped } from "../watch/left-mapped.ts";

/** Xen skips what is zero in an unmap: the answer is okay and nothing has happened. */
export const unmapNoop: Rule = {
  id: "G21",
  name: "unmap-noop",
  severity: "error",
  what: "An unmap names the address that the grant was mapped at.",
  why: "With host_addr 0 Xen answers okay and unmaps nothing: the guest takes the mapping for gone, while gfn, handle and pin stay.",
  fix: "Pass the host_addr of the map.",
  source: "Xen common/grant_table.c:unmap_common@master (host_addr and dev_bus_addr of 0 are skipped)",
  needs: [],
  passing: exampleLog(map({ gfn: EXTENDED }), unmap(EXTENDED)),
  failing: exampleLog(map({ gfn: EXTENDED }), unmap(0)),
  repaired: exampleLog(map({ gfn: EXTENDED }), unmap(0), unmap(EXTENDED)),
  watch(host) {
    const left = new LeftMapped(unmapNoop, host, true);

    function look(call: Call, domain: Domain, row: number): void {
      const fields = unmapFieldsOf(call);
      const handle = call.in.u64(row, fields.handle);
      if (call.in.u64(row, fields.hostAddr) !== 0) {
        left.madeGood(domain, unseenKey(handle));
        return;
      }
      const track = domain.maptrack;
      const slot = Number.isNaN(handle) ? -1 : track.find(handle);
      const live = slot >= 0 && track.state[slot] === HandleState.live;
      left.hold(domain, live ? track.gfn.get(slot) : unseenKey(handle), {
        domain,
        gfn: live ? track.gfn.get(slot) : undefined,
        message: `${call.name} with host_addr 0 is answered okay and does nothing: ${handleText(domain, live ? handle : NOT_KNOWN)} stays mapped and pinned`,
        ...causedBy(live ? track.mapEvent.get(slot) : 0, "mapped here"),
      });
    }

    return {
      ...left.hooks(),
      subOps: unmapSubOps,
      after(call: Call) {
        const domain = host.machine.domains.get(call.caller);
        if (domain === undefined) return;
        for (let row = 0; row < call.in.rows; row++)
          if (call.item(row) === Gntst.okay) look(call, domain, row);
      },
    };
  },
};

/** Stands for the gfn of a handle whose map is not in the log; NaN: the handle was not recorded. */
function unseenKey(handle: number): number {
  return -1 - handle;
}
