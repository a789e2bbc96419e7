import { Gntst } from "@xgt/hypercall-abi";
import { ALL_ONES } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import { HandleState } from "../../state/maptrack.ts";
import { dma, EXTENDED, exampleLog, map, PEER_FRAME, unmap } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { FrameMarks } from "../watch/frame-marks.ts";
import { frameOf, INVALID_HANDLE, mapFields, unmapFieldsOf, unmapSubOps } from "../watch/grant-op-fields.ts";

const MAP = "map_grant_ref";

/**
 * Whether an unmap op names a handle that is not live and that it did not release itself. Who names the invalid one knows
 * that the map failed.
 */
function isDead(call: Call, domain: Domain, row: number, event: number): boolean {
  const status = call.item(row);
  if (status === Gntst.okay || Number.isNaN(status)) return false;
  const handle = call.in.u64(row, unmapFieldsOf(call).handle);
  if (handle === INVALID_HANDLE) return false;
  const slot = Number.isNaN(handle) ? -1 : domain.maptrack.find(handle);
  if (slot < 0) return true;
  const state = domain.maptrack.state[slot];
  return state !== HandleState.live && domain.maptrack.releaseEvent.get(slot) !== event;
}

/**
 * A failed map writes neither handle nor bus address, so what the guest goes on with cannot be seen; its gfn can. A
 * use is: an unmap there with a handle that is not live, a DMA to the gfn while it is a hole, an entry for it in the
 * guest's own table. Mapping it again (Linux retries) or populating it is not.
 */
export const statusIgnored: Rule = {
  id: "G24",
  name: "status-ignored",
  severity: "error",
  what: "Nothing that a failed map would have made is used: not its handle, not its bus address, not its gfn.",
  why: "The hypercall returns 0 although ops failed: an unmap of a garbage handle may hit another mapping, an access to the gfn aborts.",
  fix: "Check the status of every op of a batch.",
  source:
    "Xen common/grant_table.c:gnttab_map_grant_ref@master; Linux drivers/xen/grant-table.c:gnttab_map_refs@6.1",
  needs: [],
  passing: exampleLog(
    map({ gfn: EXTENDED, status: -3 }),
    map({ gfn: EXTENDED }),
    unmap(EXTENDED),
    map({ gfn: EXTENDED + 1, status: -3 }),
  ),
  failing: exampleLog(
    map({ gfn: EXTENDED, status: -3 }, { gfn: EXTENDED + 1 }),
    dma(EXTENDED, PEER_FRAME),
    unmap(EXTENDED + 1),
    map({ gfn: EXTENDED, status: -3 }),
    unmap(EXTENDED, 0, -4),
  ),
  repaired: exampleLog(
    map({ gfn: EXTENDED, status: -3 }),
    map({ gfn: EXTENDED }),
    dma(EXTENDED, PEER_FRAME),
    dma(EXTENDED, PEER_FRAME, "TO_DEVICE", "unmap"),
    unmap(EXTENDED),
  ),
  watch(host) {
    const failed = new FrameMarks();

    function use(domain: Domain, gfn: number, what: string): void {
      const event = failed.at(domain, gfn);
      if (event === 0) return;
      failed.unmark(domain, gfn);
      host.report(statusIgnored, {
        domain,
        gfn,
        message: `${what} although the map_grant_ref there failed at event ${event}`,
        ...causedBy(event, "the map failed"),
      });
    }

    function noteFailures(call: Call, domain: Domain): void {
      for (let row = 0; row < call.in.rows; row++) {
        const status = call.item(row);
        if (status === Gntst.okay || Number.isNaN(status)) continue;
        const gfn = frameOf(call.in.u64(row, mapFields.hostAddr));
        if (!Number.isNaN(gfn)) failed.mark(domain, gfn, host.machine.event);
      }
    }

    return {
      straight: {
        passes: { mapCall: always, unmapCall: always, dmaPage: always, guestEntry: () => failed.size === 0 },
      },
      subOps: [MAP, ...unmapSubOps],
      after(call) {
        const domain = host.machine.domains.get(call.caller);
        if (domain === undefined) return;
        if (call.name === MAP) {
          noteFailures(call, domain);
          return;
        }
        if (failed.size === 0) return;
        for (let row = 0; row < call.in.rows; row++) {
          const hostAddr = call.in.u64(row, unmapFieldsOf(call).hostAddr);
          if (hostAddr > 0 && isDead(call, domain, row, host.machine.event))
            use(domain, frameOf(hostAddr), `${call.name} unmaps a gfn with a handle that is not live`);
        }
      },
      dma(page) {
        if (!page.flush && failed.size > 0 && page.kind === FrameKind.hole)
          use(page.domain, page.gfn, "a DMA uses a gfn that holds nothing");
      },
      guestP2m(domain, pfn, mfn, count) {
        if (failed.size > 0 && mfn < ALL_ONES && count === 1)
          use(domain, pfn, "the guest's own table gets an entry for a gfn");
      },
      forgotten: (domain) => failed.forget(domain),
    };
  },
};
