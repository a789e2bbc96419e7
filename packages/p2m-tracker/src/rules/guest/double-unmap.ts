import { Gntst } from "@xgt/hypercall-abi";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { HandleState } from "../../state/maptrack.ts";
import { EXTENDED, exampleLog, map, unmap } from "../kinds/example.ts";
import type { Report, Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { frameOf, INVALID_HANDLE, unmapFieldsOf, unmapSubOps } from "../watch/grant-op-fields.ts";

/** What this log knows of a handle that Xen does not: the words, and the event that explains them. */
function history(
  domain: Domain,
  handle: number,
  byModel: boolean,
  event: number,
): Pick<Report, "message" | "notes"> {
  const track = domain.maptrack;
  const slot = Number.isNaN(handle) ? -1 : track.find(handle);
  const state = slot < 0 ? HandleState.unseen : track.state[slot];
  if (state === HandleState.unseen)
    return { message: track.complete ? "was never handed out" : "was not handed out in this log" };
  const released = track.releaseEvent.get(slot);
  if (state === HandleState.released && released < event)
    return { message: `was released at event ${released}`, ...causedBy(released, "released here") };
  if (byModel)
    return { message: "was released by an earlier op of this call", ...causedBy(released, "released here") };
  const mapped = track.mapEvent.get(slot);
  return {
    message: `was mapped at event ${mapped}, and Xen does not know it`,
    ...causedBy(mapped, "mapped here"),
  };
}

/**
 * The answer bad_handle decides; where it was not recorded, a release seen in the log. A handle from before the log is
 * unknown, not dead. An unmap that hits a number given out anew is not told from a right one, unless its address is
 * wrong (G22). The invalid handle can hit nothing: Linux's gntdev names it for what was never mapped.
 */
export const doubleUnmap: Rule = {
  id: "G23",
  name: "double-unmap",
  severity: "error",
  what: "An unmap names a handle that is live.",
  why: "Xen answers bad_handle, or the unmap hits a mapping that was given the same number since.",
  fix: "Forget a handle when it is released, and set it to an invalid value.",
  source:
    "Xen common/grant_table.c:unmap_common@master; Linux drivers/xen/gntdev.c:__unmap_grant_pages_done@6.1",
  needs: [],
  passing: exampleLog(map({ gfn: EXTENDED }), unmap(EXTENDED), map({ gfn: EXTENDED }), unmap(EXTENDED)),
  failing: exampleLog(map({ gfn: EXTENDED }), unmap(EXTENDED), unmap(EXTENDED, 1, -4)),
  beyondRepair:
    "Xen has answered and nothing is left to undo; had the number been given out anew, another mapping would be gone.",
  watch: (host) => ({
    straight: { passes: { unmapCall: always } },
    subOps: unmapSubOps,
    after(call: Call) {
      const domain = host.machine.domains.get(call.caller);
      if (domain === undefined) return;
      const fields = unmapFieldsOf(call);
      for (let row = 0; row < call.in.rows; row++) {
        if (call.item(row) !== Gntst.badHandle) continue;
        const handle = call.in.u64(row, fields.handle);
        const hostAddr = call.in.u64(row, fields.hostAddr);
        const byModel = call.predictedItem(row) === Gntst.badHandle;
        if (handle === INVALID_HANDLE) {
          const message = `${call.name} names the invalid handle: bad_handle, and nothing is unmapped`;
          host.report(doubleUnmap, { domain, severity: "info", message });
          continue;
        }
        const { message, ...cause } = history(domain, handle, byModel, host.machine.event);
        const named = Number.isNaN(handle) ? "a handle that" : `handle ${handle}, which`;
        host.report(doubleUnmap, {
          domain,
          gfn: hostAddr > 0 ? frameOf(hostAddr) : undefined,
          message: `${call.name} names ${named} ${message}: bad_handle`,
          ...cause,
        });
      }
    },
  }),
};
