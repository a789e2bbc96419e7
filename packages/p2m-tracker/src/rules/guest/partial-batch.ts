import { Errno } from "@xgt/hypercall-abi";
import { fieldIndex } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import { shapeNamed } from "../../semantics/shared/semantics.ts";
import { address, call, EXTENDED, exampleLog, PEER_FRAME } from "../kinds/example.ts";
import type { Rule, RuleHost } from "../kinds/rule.ts";
import { counted } from "../watch/event-tally.ts";
import { unmapSubOps } from "../watch/grant-op-fields.ts";

const NR_FRAMES = fieldIndex(shapeNamed("acquire_resource").in, "nr_frames");

/** A map of two ops whose second element Xen could not read; `done` first ones were carried out. */
function faultingMap(done: number): object[] {
  const ops = [0, 1].map((i) => ({ host_addr: address(EXTENDED + i), flags: 2, ref: 8 + i, dom: 1 }));
  const result = { status: 0, handle: 1, dev_bus_addr: address(PEER_FRAME) };
  return call(20, 0, { count: 2, ops }, { ret: Errno.EFAULT, ops: done === 0 ? [{}, {}] : [result, {}] });
}

/** Items that Xen carried out before it gave up, by the results that it had written. */
function itemsDone(failed: Call): number {
  let done = 0;
  for (let item = 0; item < failed.items; item++) if (failed.item(item) === 0) done++;
  return done;
}

function reportBatch(host: RuleHost, failed: Call): void {
  const done = itemsDone(failed);
  const total = failed.shape?.subOp.argument === "rows" ? failed.in.count : failed.items;
  if (done > 0) {
    host.report(partialBatch, {
      domain: host.machine.domains.get(failed.caller),
      message: `${failed.name} returned ${failed.ret}, but ${done} of its ${counted(total, "op")} had been carried out before`,
    });
  } else if (failed.retEquals(Errno.EFAULT) && failed.items > 0 && !wroteResults(failed))
    host.indeterminate(partialBatch, "a batch failed half way and the log does not hold its results");
}

/** Whether the recorder kept any result of the items, so that an absent one was not written. */
function wroteResults(failed: Call): boolean {
  return failed.out.rows > 0 || failed.out.listLength(0) > 0;
}

/** -EIO: frames after the first of a chunk failed and those before stay mapped. */
function reportResource(host: RuleHost, failed: Call): void {
  const frames = failed.in.u64(0, NR_FRAMES);
  if (!failed.retEquals(Errno.EIO) || !(frames > 1)) return;
  host.report(partialBatch, {
    domain: host.machine.domains.get(failed.caller),
    message: `acquire_resource returned ${failed.ret}, but some of its ${frames} frames stay mapped`,
  });
}

/** A batch that failed half way is taken for one that did nothing. */
export const partialBatch: Rule = {
  id: "G43",
  name: "partial-batch",
  severity: "error",
  what: "A batch of maps or unmaps does not fail half way.",
  why: "A negative return speaks of one element: what came before it is done. A guest that takes the whole for failed leaks the handles and mappings (Linux's gnttab_unmap_refs then clears nothing of its table).",
  fix: "Keep the argument readable and writable for Xen; after a negative return look at every status, set to a positive value beforehand to tell those that Xen never wrote.",
  source:
    "Xen common/grant_table.c:gnttab_map_grant_ref,gnttab_unmap_grant_ref@master, common/memory.c:xenmem_add_to_physmap_batch,acquire_resource@master; Linux drivers/xen/grant-table.c:gnttab_unmap_refs@6.1",
  needs: [],
  passing: exampleLog(faultingMap(0)),
  failing: exampleLog(faultingMap(1)),
  watch: (host) => ({
    subOps: ["map_grant_ref", ...unmapSubOps, "add_to_physmap_batch", "acquire_resource"],
    after(failed) {
      if (!(failed.ret < 0)) return;
      if (failed.name === "acquire_resource") reportResource(host, failed);
      else reportBatch(host, failed);
    },
  }),
};
