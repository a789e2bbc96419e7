import { counted } from "@xgt/findings";
import { grantTableOps } from "@xgt/hypercall-abi";
import { Recorded } from "@xgt/hypercall-log";
import { call, EXTENDED, exampleLog, map } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { EventTally } from "../watch/event-tally.ts";

/** Grant calls without an op. */
export const emptyGrantCall: Rule = {
  id: "I15",
  name: "empty-grant-call",
  severity: "info",
  what: "A grant call has at least one op.",
  why: "A call with count 0 returns 0 and does nothing: it only costs a trap. Linux's blkback makes them all the time.",
  fix: "Nothing has to change; skipping the call saves the trap.",
  source:
    "Xen common/grant_table.c:do_grant_table_op@master; Linux drivers/block/xen-blkback/blkback.c:xen_blkbk_unmap@6.1",
  needs: [],
  passing: exampleLog(map({ gfn: EXTENDED })),
  failing: exampleLog(call(20, 1, { count: 0 }, { ret: 0 })),
  watch(host) {
    const tally = new EventTally();
    return {
      straight: { passes: { mapCall: always, unmapCall: always } },
      subOps: grantTableOps.map((op) => op.name),
      after(asked) {
        if (asked.in.count !== 0 || asked.in.recorded !== Recorded.fields) return;
        tally.add(asked.caller, host.machine.domains.get(asked.caller), host.machine.event, Number.NaN);
      },
      end: () =>
        tally.report(
          host,
          emptyGrantCall,
          (row) => `${counted(row.count, "grant call")} without any op, the first at event ${row.firstEvent}`,
        ),
    };
  },
};
