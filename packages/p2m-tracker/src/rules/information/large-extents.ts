import { counted } from "@xgt/findings";
import { fieldIndex } from "@xgt/hypercall-log";
import { shapeNamed } from "../../semantics/shared/semantics.ts";
import { MAX_ORDER } from "../../state/machine.ts";
import { decrease, exampleLog, populate, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { EventTally } from "../watch/event-tally.ts";

const ORDER = fieldIndex(shapeNamed("populate_physmap").in, "extent_order");
const ORDERS = MAX_ORDER + 1;

/** Reservation calls with extents above 4 KiB, by domain and order. */
export const largeExtents: Rule = {
  id: "I04",
  name: "large-extents",
  severity: "info",
  what: "Extents are single 4 KiB frames.",
  why: "Kernels with 16 or 64 KiB pages balloon by extents of order 2 or 4. That is right; where such an extent fails, a part of it may be gone all the same (G03).",
  fix: "Nothing has to change; read short counts with the order in mind.",
  source: "Xen common/memory.c:decrease_reservation@master; Linux drivers/xen/balloon.c@6.1 (EXTENT_ORDER)",
  needs: [],
  passing: exampleLog(decrease([RAM]), populate([RAM])),
  failing: exampleLog(decrease([RAM], 1, { extent_order: 4 }), populate([RAM], 1, { extent_order: 4 })),
  watch(host) {
    const tally = new EventTally();
    return {
      straight: { passes: { decreaseCall: always, populateCall: always } },
      subOps: ["increase_reservation", "decrease_reservation", "populate_physmap"],
      after(call) {
        const order = call.in.u64(0, ORDER);
        // Xen refuses the others as a whole.
        if (!(order > 0) || order > MAX_ORDER || !(call.done > call.start)) return;
        tally.add(
          call.caller * ORDERS + order,
          host.machine.domains.get(call.caller),
          host.machine.event,
          Number.NaN,
        );
      },
      end: () =>
        tally.report(
          host,
          largeExtents,
          (row, key) =>
            `${counted(row.count, "reservation call")} with extents of order ${key % ORDERS}, the first at event ${row.firstEvent}`,
        ),
    };
  },
};
