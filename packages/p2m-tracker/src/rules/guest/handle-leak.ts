import { DomainChange } from "@xgt/hypercall-log";
import type { Domain } from "../../state/domain.ts";
import { EXTENDED, exampleLog, map, unmap } from "../kinds/example.ts";
import type { Rule, RuleHost } from "../kinds/rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { handleText } from "../watch/grant-map-text.ts";

/** A suspended domain keeps its p2m, its handles and its pins: nothing ends. */
const ENDINGS: readonly number[] = [DomainChange.shutdown, DomainChange.destroy];

/** Why a live handle is reported. */
interface Why {
  readonly severity: "warning" | "info";
  readonly text: string;
}

const AT_OWN_END: Why = { severity: "warning", text: "when its domain ends" };
const AT_END_OF_LOG: Why = { severity: "info", text: "where the log ends, which need not be a leak" };

/** Slots of the live handles of a domain that were mapped after an event, in order of gfn, and then of handle: there may be millions. */
function leftSince(domain: Domain, event: number): Int32Array {
  const track = domain.maptrack;
  const slots = new Int32Array(track.live);
  let count = 0;
  let isSorted = true;
  track.forEachLive((_handle, slot) => {
    if (track.mapEvent.get(slot) <= event) return;
    slots[count] = slot;
    if (count > 0 && track.gfn.get(slot) < track.gfn.get(slots[count - 1])) isSorted = false;
    count++;
  });
  const left = slots.subarray(0, count);
  return isSorted
    ? left
    : left.sort((a, b) => track.gfn.get(a) - track.gfn.get(b) || track.handleOf(a) - track.handleOf(b));
}

/** Reports runs of gfns that say the same as one finding. */
function reportLeft(host: RuleHost, domain: Domain, slots: Int32Array, whyOf: (slot: number) => Why): void {
  const { gfn, mapEvent } = domain.maptrack;
  for (let first = 0; first < slots.length; ) {
    const head = slots[first];
    const why = whyOf(head);
    let end = first + 1;
    while (
      end < slots.length &&
      gfn.get(slots[end]) === gfn.get(head) + end - first &&
      whyOf(slots[end]).text === why.text
    )
      end++;
    const count = end - first;
    const one = handleText(domain, domain.maptrack.handleOf(head));
    const what = count === 1 ? `${one} is` : `${one} and ${count - 1} more are`;
    host.report(handleLeak, {
      domain,
      gfn: gfn.get(head),
      count,
      severity: why.severity,
      message: `${what} still live ${why.text}`,
      ...causedBy(mapEvent.get(head), "mapped here"),
    });
    first = end;
  }
}

/**
 * The mapping domain is judged where it ends. A granter's end is judged when the log ends: backends unmap
 * shortly after their frontend has gone. Where no domain ends, the log is merely cut and what is open is information.
 */
export const handleLeak: Rule = {
  id: "G20",
  name: "handle-leak",
  severity: "warning",
  what: "Every grant handle is released by the time its domain or the granter ends.",
  why: "The granter's page stays pinned and cannot be reused, and the maptrack table fills up.",
  fix: "Unmap every grant on the way out, also on error paths.",
  source:
    "Xen common/grant_table.c:gnttab_release_mappings@master; Linux drivers/xen/gntdev.c:gntdev_release@6.1",
  needs: ["domain-events"],
  passing: exampleLog(map({ gfn: EXTENDED }), unmap(EXTENDED), { ev: "domain", domid: 1, what: "destroy" }),
  failing: exampleLog(map({ gfn: EXTENDED }), { ev: "domain", domid: 1, what: "destroy" }),
  repaired: exampleLog(map({ gfn: EXTENDED }), { ev: "domain", domid: 1, what: "destroy" }, unmap(EXTENDED)),
  watch(host) {
    /** Event at which a domain last ended: handles mapped before it, to it or by it, are judged. */
    const ended = new Map<number, number>();
    /** Event at which a domain itself ended last: what was live then is reported. */
    const told = new Map<Domain, number>();

    function leftAtOwnEnd(domain: Domain): void {
      const left = leftSince(domain, told.get(domain) ?? -1);
      told.set(domain, host.machine.event);
      reportLeft(host, domain, left, () => AT_OWN_END);
    }

    function leftAtEnd(domain: Domain): void {
      const { granter, mapEvent } = domain.maptrack;
      const byGranter = new Map<number, Why>();
      for (const domid of ended.keys())
        byGranter.set(domid, { severity: "warning", text: `after the end of its granter, domain ${domid}` });
      reportLeft(host, domain, leftSince(domain, told.get(domain) ?? -1), (slot) => {
        const end = ended.get(granter[slot]) ?? 0;
        return (end > mapEvent.get(slot) ? byGranter.get(granter[slot]) : undefined) ?? AT_END_OF_LOG;
      });
    }

    return {
      domain(domid, what) {
        if (!ENDINGS.includes(what)) return;
        ended.set(domid, host.machine.event);
        const domain = host.machine.domains.get(domid);
        if (domain !== undefined) leftAtOwnEnd(domain);
      },
      forgotten: (domain) => {
        told.delete(domain);
      },
      end() {
        for (const domain of host.machine.domains.values()) leftAtEnd(domain);
      },
    };
  },
};
