import { counted } from "@xgt/findings";
import { fieldIndex, ListState } from "@xgt/hypercall-log";
import { shapeNamed } from "../../semantics/shared/semantics.ts";
import { MAX_ORDER } from "../../state/machine.ts";
import { decrease, exampleLog, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { EventTally, firstSeen } from "../watch/event-tally.ts";

const ORDER = fieldIndex(shapeNamed("populate_physmap").in, "extent_order");
const EXTENTS = 0;

/** Extents whose first gfn is not a multiple of their size. */
export const unalignedExtent: Rule = {
  id: "I14",
  name: "unaligned-extent",
  severity: "info",
  what: "The gfn of an extent is a multiple of its size.",
  why: "Arm accepts any gfn and maps it by single pages; the public header describes extents as naturally aligned, so other hosts may refuse it.",
  fix: "Align the extents, or use a smaller order.",
  source: "Xen include/public/memory.h@master (extent_order), arch/arm/mmu/p2m.c:p2m_set_entry@master",
  needs: [],
  passing: exampleLog(decrease([RAM], 1, { extent_order: 4 })),
  failing: exampleLog(decrease([RAM + 1], 1, { extent_order: 4 })),
  watch(host) {
    const tally = new EventTally();
    return {
      straight: { passes: { decreaseCall: always, populateCall: always } },
      subOps: ["decrease_reservation", "populate_physmap"],
      after(call) {
        const order = call.in.u64(0, ORDER);
        if (!(order > 0) || order > MAX_ORDER || call.in.listState(EXTENTS) === ListState.absent) return;
        const size = 2 ** order;
        const extents = call.in.listLength(EXTENTS);
        for (let i = call.start; i < extents; i++) {
          const gfn = call.in.listAt(EXTENTS, i);
          if (gfn % size === 0) continue;
          tally.add(call.caller, host.machine.domains.get(call.caller), host.machine.event, gfn);
        }
      },
      end: () =>
        tally.report(
          host,
          unalignedExtent,
          (row) => `${counted(row.count, "extent")} not aligned to the order, first ${firstSeen(row)}`,
        ),
    };
  },
};
