import { Errno, MapSpace } from "@xgt/hypercall-abi";
import { fieldIndex } from "@xgt/hypercall-log";
import { shapeNamed } from "../../semantics/shared/semantics.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind, SHARED_INFO } from "../../state/frame-kind.ts";
import { EXTENDED, exampleLog, placeXenPage, remove } from "../kinds/example.ts";
import { hex, type Report, type Rule } from "../kinds/rule.ts";
import { batchGfn, placedIndex, placementSubOps } from "../watch/physmap-fields.ts";
import { SecondChances } from "../watch/second-chances.ts";

const one = shapeNamed("add_to_physmap").in;
const SPACE = fieldIndex(one, "space");
const GPFN = fieldIndex(one, "gpfn");
const batch = shapeNamed("add_to_physmap_batch").in;
const BATCH_SPACE = fieldIndex(batch, "space");

/** A refused placement, for the rule to hold back. */
function refusal(domain: Domain, page: number, gfn: number): Report {
  const placed = domain.xenPages.gfnOf(page);
  const what = page === SHARED_INFO ? "shared_info" : `grant-table frame ${hex(page)}`;
  const where =
    placed !== undefined && !Number.isNaN(placed)
      ? `is already mapped at gfn ${hex(placed)}`
      : domain.directMapped
        ? "is already mapped at a gfn that the log does not show"
        : "is already mapped elsewhere, or was lost when its gfn was ballooned out";
  return {
    domain,
    gfn,
    // A kernel that resumes places every page again where it is: the refusal changes nothing.
    severity: placed === gfn ? "info" : "warning",
    message: `${what} ${where}: Xen 4.17 and later answers -EBUSY to a second map`,
    causeEvent: placedAt(domain, placed),
  };
}

function placedAt(domain: Domain, gfn: number | undefined): number | undefined {
  if (gfn === undefined || Number.isNaN(gfn)) return undefined;
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
  repaired: exampleLog(
    placeXenPage(1, 3, EXTENDED),
    placeXenPage(1, 3, EXTENDED + 1, Errno.EBUSY),
    remove(EXTENDED),
    placeXenPage(1, 3, EXTENDED + 1),
  ),
  watch(host) {
    const chances = new SecondChances(gnttabFrameRemap, host);

    function refused(domain: Domain, space: number, idx: number, gfn: number): void {
      if (space !== MapSpace.sharedInfo && space !== MapSpace.grantTable) return;
      const page = space === MapSpace.sharedInfo ? SHARED_INFO : idx;
      const report = refusal(domain, page, gfn);
      if (report.severity === "info") host.report(gnttabFrameRemap, report);
      else chances.hold(domain, page, report);
    }

    return {
      subOps: placementSubOps,
      after(call) {
        const domain = host.machine.domains.get(call.target ?? call.caller);
        if (domain === undefined) return;
        if (call.name === "add_to_physmap") {
          if (call.retEquals(Errno.EBUSY))
            refused(domain, call.in.u64(0, SPACE), placedIndex(call, 0), call.in.u64(0, GPFN));
          return;
        }
        for (let item = 0; item < call.items; item++)
          if (call.item(item) === Errno.EBUSY)
            refused(domain, call.in.u64(0, BATCH_SPACE), placedIndex(call, item), batchGfn(call, item));
      },
      changes: { to: [FrameKind.xen] },
      change(change) {
        if (chances.size > 0) chances.madeGood(change.domain, change.aux);
      },
      domain: (domid, what) => chances.changed(domid, what),
      forgotten: (domain) => chances.forgotten(domain),
      end: () => chances.end(),
    };
  },
};
