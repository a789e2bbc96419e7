import { counted } from "@xgt/findings";
import { Errno } from "@xgt/hypercall-abi";
import { fieldIndex } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import { shapeNamed } from "../../semantics/shared/semantics.ts";
import { call, exampleLog } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { EventTally } from "../watch/event-tally.ts";

const FLUSH_LENGTH = fieldIndex(shapeNamed("cache_flush").in, "length");
const kinds: readonly string[] = [
  "set_version answered -ENOSYS (version 1 stays)",
  "cache_flush of length 0 (a probe)",
  "a question about shared pages answered 0",
];

/** Which of the harmless probes the call is; -1: none. */
function kindOf(asked: Call): number {
  if (asked.name === "set_version") return asked.retEquals(Errno.ENOSYS) ? 0 : -1;
  if (asked.name === "cache_flush") return asked.in.u64(0, FLUSH_LENGTH) === 0 ? 1 : -1;
  return asked.retEquals(0) ? 2 : -1;
}

/** Probes that guests make at boot and that Arm refuses or answers with nothing. */
export const expectedRefusals: Rule = {
  id: "I05",
  name: "expected-refusals",
  severity: "info",
  what: "Probes of features that Arm does not have are told apart from failures.",
  why: "Linux asks for grant-table version 2 on hosts with memory above 4 GiB and probes cache_flush with an empty op: these answers are no fault.",
  fix: "Nothing has to change.",
  source:
    "Xen common/grant_table.c:gnttab_set_version,gnttab_cache_flush@master, arch/arm/mm.c:arch_memory_op@master; Linux drivers/xen/grant-table.c:gnttab_request_version@6.1, arch/arm/xen/mm.c:xen_mm_init@6.1",
  needs: [],
  passing: exampleLog(call(20, 8, { count: 1, ops: [{ version: 1 }] }, { ret: 0, ops: [{ version: 1 }] })),
  failing: exampleLog(call(20, 8, { count: 1, ops: [{ version: 2 }] }, { ret: -38, ops: [{ version: 1 }] })),
  watch(host) {
    const tally = new EventTally();
    return {
      subOps: ["set_version", "cache_flush", "get_sharing_freed_pages", "get_sharing_shared_pages"],
      after(asked) {
        const kind = kindOf(asked);
        if (kind < 0) return;
        const domain = host.machine.domains.get(asked.caller);
        tally.add(asked.caller * kinds.length + kind, domain, host.machine.event, Number.NaN);
      },
      end: () =>
        tally.report(
          host,
          expectedRefusals,
          (row, key) =>
            `${kinds[key % kinds.length]}: ${counted(row.count, "time")}, first at event ${row.firstEvent}; no fault on Arm`,
        ),
    };
  },
};
