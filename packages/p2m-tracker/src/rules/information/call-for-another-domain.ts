import { counted } from "@xgt/findings";
import { DOMID_FIRST_RESERVED, DOMID_SELF } from "@xgt/hypercall-abi";
import type { Call } from "../../call/call.ts";
import { call, decrease, exampleLog, frame, RAM } from "../kinds/example.ts";
import type { Rule, RuleHost } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { EventTally } from "../watch/event-tally.ts";

/** Domids are 16 bits. */
const DOMIDS = 0x10000;

function populateFor(domid: number, gfn: number): object[] {
  const args = {
    domid,
    extent_order: 0,
    mem_flags: 0,
    nr_extents: 1,
    start_extent: 0,
    extents: [frame(gfn)],
  };
  return call(12, 6, args, { ret: 1 });
}

/** The other domain that the call acts on; NaN: none, or not known. */
function otherOf(asked: Call): number {
  const target = asked.target;
  if (target === undefined || target === DOMID_SELF || target === asked.caller) return Number.NaN;
  return target < DOMID_FIRST_RESERVED ? target : Number.NaN;
}

/** What is known of the other domain. */
function verdict(host: RuleHost, domid: number): string {
  const domain = host.machine.domains.get(domid);
  return domain?.ram === undefined
    ? "its memory is not in the specification, so there is no verdict on them"
    : `judged as ${domain.mode}`;
}

/** A toolstack acts on other domains. */
export const callForAnotherDomain: Rule = {
  id: "I13",
  name: "call-for-another-domain",
  severity: "info",
  what: "A domain's calls act on itself.",
  why: "A call for another domain follows that domain's mode, not the caller's. Most of a toolstack's work is not in such a log: it goes through multicalls.",
  fix: "Add the other domain to the specification (--domains) where its own 1:1 map matters.",
  source:
    "Xen common/memory.c:do_memory_op@master (XSM_TARGET); tools/libs/ctrl/xc_private.c:do_memory_op@4.15",
  needs: [],
  passing: exampleLog(decrease([RAM])),
  failing: exampleLog(populateFor(1, 0x40000)),
  watch(host) {
    const tally = new EventTally();
    return {
      straight: {
        passes: { mapCall: always, unmapCall: always, decreaseCall: always, populateCall: always },
      },
      after(asked) {
        const other = otherOf(asked);
        if (Number.isNaN(other)) return;
        tally.add(
          asked.caller * DOMIDS + other,
          host.machine.domains.get(asked.caller),
          host.machine.event,
          Number.NaN,
        );
      },
      end: () =>
        tally.report(host, callForAnotherDomain, (row, key) => {
          const other = key % DOMIDS;
          return `${counted(row.count, "call")} for domain ${other}, first at event ${row.firstEvent}: ${verdict(host, other)}`;
        }),
    };
  },
};
