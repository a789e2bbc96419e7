import { Errno, MapSpace } from "@xgt/hypercall-abi";
import { fieldIndex } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import { shapeNamed } from "../../semantics/shared/semantics.ts";
import type { Domain } from "../../state/domain.ts";
import { SHARED_INFO } from "../../state/frame-kind.ts";
import { EXTENDED, exampleLog, placeXenPage, remove } from "../kinds/example.ts";
import { hex, type Rule, type RuleHost } from "../kinds/rule.ts";

const one = shapeNamed("add_to_physmap").in;
const SPACE = fieldIndex(one, "space");
const IDX = fieldIndex(one, "idx");
const GPFN = fieldIndex(one, "gpfn");
const batch = shapeNamed("add_to_physmap_batch").in;
const BATCH_SPACE = fieldIndex(batch, "space");
const IDXS = 0;
const GPFNS = 1;

function report(host: RuleHost, call: Call, space: number, idx: number, gfn: number): void {
  if (space !== MapSpace.sharedInfo && space !== MapSpace.grantTable) return;
  const domain = host.machine.domains.get(call.target ?? call.caller);
  const shared = space === MapSpace.sharedInfo;
  const placed = domain?.xenPages.gfnOf(shared ? SHARED_INFO : idx);
  const frame = Number.isNaN(idx) ? "a grant-table frame" : `grant-table frame ${hex(idx)}`;
  const what = shared ? "shared_info" : frame;
  const where =
    placed !== undefined && !Number.isNaN(placed)
      ? `is already mapped at gfn ${hex(placed)}`
      : domain?.directMapped === true
        ? "is already mapped at a gfn that the log does not show"
        : "is already mapped elsewhere, or was lost when its gfn was ballooned out";
  host.report(gnttabFrameRemap, {
    domain,
    gfn,
    // A kernel that resumes places every page again where it is: the refusal changes nothing.
    severity: placed === gfn ? "info" : "warning",
    message: `${what} ${where}: Xen 4.17 and later answers -EBUSY to a second map`,
    causeEvent: placedAt(domain, placed),
  });
}

function placedAt(domain: Domain | undefined, gfn: number | undefined): number | undefined {
  if (domain === undefined || gfn === undefined || Number.isNaN(gfn)) return undefined;
  return domain.p2m.eventAt(gfn);
}

/** A page of Xen's is mapped a second time. */
export const gnttabFrameRemap: Rule = {
  id: "G39",
  name: "gnttab-frame-remap",
  severity: "warning",
  what: "A grant-table frame or shared_info is removed from its gfn before it is mapped at another.",
  why: "From 4.17 on the second map answers -EBUSY, for the same gfn too: a kernel started by kexec fails there or stops with a BUG. Before 4.17 the page moved.",
  fix: "Call remove_from_physmap for the old gfn first (and on the way down of a kernel that may kexec).",
  source:
    "Xen arch/arm/mm.c:xenmem_add_to_physmap_one@4.17,@master (71320946d5); Linux drivers/xen/grant-table.c:gnttab_map@6.1",
  needs: [],
  passing: exampleLog(placeXenPage(1, 3, EXTENDED), remove(EXTENDED), placeXenPage(1, 3, EXTENDED + 1)),
  failing: exampleLog(placeXenPage(1, 3, EXTENDED), placeXenPage(1, 3, EXTENDED + 1, Errno.EBUSY)),
  watch: (host) => ({
    subOps: ["add_to_physmap", "add_to_physmap_batch"],
    after(call) {
      if (call.name === "add_to_physmap") {
        if (call.retEquals(Errno.EBUSY))
          report(host, call, call.in.u64(0, SPACE), call.in.u64(0, IDX), call.in.u64(0, GPFN));
        return;
      }
      for (let item = 0; item < call.items; item++) {
        if (call.item(item) !== Errno.EBUSY) continue;
        const idx = item < call.in.listLength(IDXS) ? call.in.listAt(IDXS, item) : Number.NaN;
        report(host, call, call.in.u64(0, BATCH_SPACE), idx, call.in.listAt(GPFNS, item));
      }
    },
  }),
};
