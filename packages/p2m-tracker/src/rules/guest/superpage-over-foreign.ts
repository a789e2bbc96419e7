import { extentOrder } from "../../semantics/shared/reservation-fields.ts";
import { FrameKind, frameKindNames } from "../../state/frame-kind.ts";
import { MAPPING_WAS_COVERED } from "../kinds/beyond-repair.ts";
import { decrease, exampleLog, mapForeign, populate, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { causedBy } from "../watch/caused-by.ts";

const names: readonly string[] = frameKindNames.map((name) => (name === "xen" ? "Xen page" : name));

/** A large extent replaces everything within it at once. */
export const superpageOverForeign: Rule = {
  id: "G11",
  name: "superpage-over-foreign",
  severity: "error",
  what: "A populated extent of order > 0 holds nothing but holes and own RAM before.",
  why: "Every grant, foreign mapping and Xen page inside the extent is displaced by the one insert, without a word.",
  fix: "Populate with order 0 around what is mapped, or check every gfn of the extent first.",
  source: "Xen common/memory.c:populate_physmap@master, arch/arm/mmu/p2m.c:__p2m_set_entry@master",
  needs: [],
  passing: exampleLog(
    decrease([RAM], 1, { extent_order: 2 }),
    mapForeign(RAM + 1),
    populate([RAM]),
    populate([RAM + 2], 1, { extent_order: 1 }),
  ),
  failing: exampleLog(
    decrease([RAM], 1, { extent_order: 2 }),
    mapForeign(RAM + 1),
    populate([RAM], 1, { extent_order: 2 }),
  ),
  beyondRepair: MAPPING_WAS_COVERED,
  watch: (host) => ({
    changes: {
      from: [FrameKind.grant, FrameKind.foreign, FrameKind.xen, FrameKind.mmio, FrameKind.identity],
      to: [FrameKind.own],
    },
    change(change) {
      const order = change.call === undefined ? 0 : extentOrder(change.call);
      if (!(order > 0)) return;
      host.report(superpageOverForeign, {
        domain: change.domain,
        gfn: change.gfn,
        message: `populate_physmap of an extent of order ${order} replaces a ${names[change.oldKind]} entry inside it`,
        ...causedBy(change.oldEvent, "what was mapped there"),
      });
    },
  }),
};
