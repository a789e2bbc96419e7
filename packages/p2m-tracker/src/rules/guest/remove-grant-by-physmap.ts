import { Errno } from "@xgt/hypercall-abi";
import { shapeNamed } from "../../semantics/shared/semantics.ts";
import { inputField } from "../../semantics/shared/simple-return.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import { EXTENDED, exampleLog, map, remove, unmap } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { handleText } from "../watch/grant-map-text.ts";
import { LeftMapped } from "../watch/left-mapped.ts";
import { removedGfn } from "../watch/physmap-fields.ts";

const domidOf = inputField(shapeNamed("remove_from_physmap"), "domid");

/**
 * Another domain's grant is not found by remove_from_physmap. A grant of the domain's own frame is, and goes without
 * its handle.
 */
export const removeGrantByPhysmap: Rule = {
  id: "G27",
  name: "remove-grant-by-physmap",
  severity: "warning",
  what: "A mapped grant is removed with unmap_grant_ref, never with remove_from_physmap.",
  why: "Another domain's grant stays mapped (-ENOENT); a self-grant goes, but its handle stays live and its pin with it.",
  fix: "Use unmap_grant_ref with the map's handle and host_addr.",
  source:
    "Xen common/memory.c:do_memory_op@master (XENMEM_remove_from_physmap), arch/arm/p2m.c:p2m_get_page_from_gfn@master",
  needs: [],
  passing: exampleLog(map({ gfn: EXTENDED }), unmap(EXTENDED), remove(EXTENDED, Errno.ENOENT)),
  failing: exampleLog(map({ gfn: EXTENDED }), remove(EXTENDED, Errno.ENOENT)),
  repaired: exampleLog(map({ gfn: EXTENDED }), remove(EXTENDED, Errno.ENOENT), unmap(EXTENDED)),
  watch(host) {
    const left = new LeftMapped(removeGrantByPhysmap, host, false);
    return {
      ...left.hooks(),
      subOps: ["remove_from_physmap"],
      before(call) {
        const domain = host.machine.resolve(domidOf(call), call.caller);
        const gfn = removedGfn(call);
        if (domain === undefined || Number.isNaN(gfn) || domain.p2m.kindOf(gfn) !== FrameKind.grant) return;
        const what = handleText(domain, domain.p2m.auxAt(gfn));
        const goes = call.ret === 0;
        const outcome = goes
          ? "the gfn becomes a hole and the handle stays live without a mapping"
          : "the grant stays mapped";
        left.hold(domain, goes ? Number.NaN : gfn, {
          domain,
          gfn,
          message: `remove_from_physmap names a gfn that ${what} is mapped at: ${outcome}`,
          ...causedBy(domain.p2m.eventAt(gfn), "the grant was mapped"),
        });
      },
    };
  },
};
