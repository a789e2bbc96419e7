import { DomainChange } from "@xgt/hypercall-log";
import type { Domain } from "../../state/domain.ts";
import { EXTENDED, exampleLog, map, unmap } from "../kinds/example.ts";
import type { Rule, RuleHost } from "../kinds/rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { handleText } from "../watch/grant-map-text.ts";

/** A suspended domain keeps its p2m, its handles and its pins: nothing ends. */
const ENDINGS: readonly number[] = [DomainChange.shutdown, DomainChange.destroy];

/** One live handle and why it is reported. */
interface Left {
  readonly handle: number;
  readonly slot: number;
  readonly gfn: number;
  readonly severity: "warning" | "info";
  readonly why: string;
}

/** Reports runs of gfns that say the same as one finding. */
function reportLeft(host: RuleHost, domain: Domain, left: Left[]): void {
  left.sort((a, b) => a.gfn - b.gfn || a.handle - b.handle);
  for (let first = 0; first < left.length; ) {
    const head = left[first];
    let end = first + 1;
    while (end < left.length && left[end].gfn === head.gfn + end - first && left[end].why === head.why) end++;
    const count = end - first;
    const one = handleText(domain, head.handle);
    const what = count === 1 ? `${one} is` : `${one} and ${count - 1} more are`;
    host.report(handleLeak, {
      domain,
      gfn: head.gfn,
      count,
      severity: head.severity,
      message: `${what} still live ${head.why}`,
      ...causedBy(domain.maptrack.mapEvent[head.slot], "mapped here"),
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
    /** Handles that were reported at their domain's end, with the event of their map. */
    const told = new Map<Domain, Map<number, number>>();

    function leftAtOwnEnd(domain: Domain): void {
      const left: Left[] = [];
      const tell = told.get(domain) ?? new Map<number, number>();
      told.set(domain, tell);
      domain.maptrack.forEachLive((handle, slot) => {
        if (tell.get(handle) === domain.maptrack.mapEvent[slot]) return;
        tell.set(handle, domain.maptrack.mapEvent[slot]);
        left.push({
          handle,
          slot,
          gfn: domain.maptrack.gfn[slot],
          severity: "warning",
          why: "when its domain ends",
        });
      });
      reportLeft(host, domain, left);
    }

    function leftAtEnd(domain: Domain): void {
      const left: Left[] = [];
      const track = domain.maptrack;
      track.forEachLive((handle, slot) => {
        if (told.get(domain)?.get(handle) === track.mapEvent[slot]) return;
        const granter = track.granter[slot];
        const end = ended.get(granter) ?? 0;
        const leaked = end > track.mapEvent[slot];
        const why = leaked
          ? `after the end of its granter, domain ${granter}`
          : "where the log ends, which need not be a leak";
        left.push({ handle, slot, gfn: track.gfn[slot], severity: leaked ? "warning" : "info", why });
      });
      reportLeft(host, domain, left);
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
