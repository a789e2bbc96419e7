import { counted } from "@xgt/findings";
import { DomainChange } from "@xgt/hypercall-log";
import type { Domain } from "../../state/domain.ts";
import { EXTENDED, exampleLog, map, PEER_FRAME, unmap } from "../kinds/example.ts";
import type { Rule, RuleHost } from "../kinds/rule.ts";

/** Refs that a message names; further ones are only counted. */
const REFS_NAMED = 8;

/** What one domain still holds of one granter's entries. */
interface Pinned {
  /** Maps without an effective unmap, and their refs. */
  total: number;
  refs: Float64Array;
  firstMap: number;
  /** True where the granter or the mapper ended after one of these maps. */
  leaked: boolean;
}

class EndOfLog {
  private readonly host: RuleHost;
  /** Latest end of each domain. One that suspends and resumes has its entries and maps still. */
  private readonly ended = new Map<number, number>();

  constructor(host: RuleHost) {
    this.host = host;
  }

  domainChanged(domid: number, what: number): void {
    if (what !== DomainChange.shutdown && what !== DomainChange.destroy) return;
    this.ended.set(domid, this.host.machine.event);
  }

  report(): void {
    const domains = [...this.host.machine.domains.values()].sort((a, b) => a.domid - b.domid);
    for (const domain of domains) {
      const granters = [...this.pinnedBy(domain)].sort((a, b) => a[0] - b[0]);
      for (const [granter, pinned] of granters) this.reportGranter(domain, granter, pinned);
    }
  }

  private pinnedBy(domain: Domain): Map<number, Pinned> {
    const track = domain.maptrack;
    const granters = new Map<number, Pinned>();
    track.forEachLive((_handle, slot) => {
      const granter = track.granter[slot];
      const made = track.mapEvent.get(slot);
      let pinned = granters.get(granter);
      if (pinned === undefined) {
        pinned = { total: 0, refs: new Float64Array(0), firstMap: made, leaked: false };
        granters.set(granter, pinned);
      }
      pinned.total++;
      pinned.firstMap = Math.min(pinned.firstMap, made);
      const end = Math.max(this.ended.get(granter) ?? 0, this.ended.get(domain.domid) ?? 0);
      if (made < end) pinned.leaked = true;
    });
    noteRefs(domain, granters);
    return granters;
  }

  private reportGranter(domain: Domain, granter: number, pinned: Pinned): void {
    const why = pinned.leaked
      ? "the granter sees its entries in use for ever"
      : "the log ends before their unmaps";
    this.host.report(countMismatch, {
      domain,
      severity: pinned.leaked ? "warning" : "info",
      message: `${counted(pinned.total, "map")} of domain ${granter}'s ${refsText(pinned.refs)} ${pinned.total === 1 ? "has" : "have"} no effective unmap: ${why}`,
      causeEvent: pinned.firstMap,
    });
  }
}

/** Puts down each granter's refs, rising: in columns, as there may be millions of them. */
function noteRefs({ maptrack }: Domain, granters: ReadonlyMap<number, Pinned>): void {
  for (const pinned of granters.values()) {
    pinned.refs = new Float64Array(pinned.total);
    pinned.total = 0;
  }
  maptrack.forEachLive((_handle, slot) => {
    const pinned = granters.get(maptrack.granter[slot]);
    if (pinned !== undefined) pinned.refs[pinned.total++] = maptrack.ref.get(slot);
  });
  for (const { refs } of granters.values()) refs.sort();
}

/** "refs 8, 9 (2 maps), 11 and 4 more", of refs that rise. */
function refsText(refs: Float64Array): string {
  const named: string[] = [];
  let different = 0;
  for (let first = 0; first < refs.length; different++) {
    let end = first + 1;
    while (end < refs.length && Object.is(refs[end], refs[first])) end++;
    if (different < REFS_NAMED)
      named.push(end - first === 1 ? `${refs[first]}` : `${refs[first]} (${end - first} maps)`);
    first = end;
  }
  if (different === 1) return `ref ${refs[0]}`;
  const more = different - named.length;
  return `refs ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** Maps and effective unmaps of a granter's refs do not pair up; one finding per granter, seen from its side. */
export const countMismatch: Rule = {
  id: "G40",
  name: "count-mismatch",
  severity: "warning",
  what: "Every okay map of a (granter, ref) has one effective unmap by the time that either domain ends.",
  why: "Each map pins the entry by itself. One that is left keeps the granter's page in use: it cannot end the grant, and waits for ever.",
  fix: "Count maps per ref and unmap each handle once, with the host_addr of its map; G20 lists the handles.",
  source:
    "Xen common/grant_table.c:map_grant_ref,unmap_common_complete,gnttab_release_mappings@master; Linux drivers/xen/grant-table.c:gnttab_end_foreign_access_ref@6.1",
  needs: ["domain-events"],
  passing: exampleLog(
    map({ gfn: EXTENDED, mfn: PEER_FRAME, handle: 1 }, { gfn: EXTENDED + 1, mfn: PEER_FRAME, handle: 2 }),
    unmap(EXTENDED, 1),
    unmap(EXTENDED + 1, 2),
    { ev: "domain", domid: 1, what: "destroy" },
  ),
  failing: exampleLog(
    map({ gfn: EXTENDED, mfn: PEER_FRAME, handle: 1 }, { gfn: EXTENDED + 1, mfn: PEER_FRAME, handle: 2 }),
    unmap(EXTENDED, 1),
    { ev: "domain", domid: 1, what: "destroy" },
  ),
  repaired: exampleLog(map({ gfn: EXTENDED }), { ev: "domain", domid: 1, what: "destroy" }, unmap(EXTENDED)),
  watch(host) {
    const end = new EndOfLog(host);
    return {
      domain: (domid, what) => end.domainChanged(domid, what),
      end: () => end.report(),
    };
  },
};
