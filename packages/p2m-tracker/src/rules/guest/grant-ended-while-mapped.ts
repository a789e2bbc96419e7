import { DomainChange } from "@xgt/hypercall-log";
import type { Domain } from "../../state/domain.ts";
import { EXTENDED, exampleLogWith, frame, map, unmap } from "../kinds/example.ts";
import { hex, type Rule, type RuleHooks, type RuleHost } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { mappedAt, mapperOf } from "../watch/grant-mappers.ts";
import { unmapFieldsOf, unmapSubOps } from "../watch/grant-op-fields.ts";

/** Handles that unmaps under way name, by mapping domain: Xen may have done such an unmap before its answer is recorded. */
class UnmapsUnderWay {
  private readonly byDomid = new Map<number, Map<number, number>>();

  add(domid: number, handle: number, difference: 1 | -1): void {
    let handles = this.byDomid.get(domid);
    if (handles === undefined) {
      handles = new Map();
      this.byDomid.set(domid, handles);
    }
    const count = (handles.get(handle) ?? 0) + difference;
    if (count <= 0) handles.delete(handle);
    else handles.set(handle, count);
  }

  /** Whether one may have ended the newest map of (granter, ref) already. */
  names(mapper: Domain, granter: number, ref: number): boolean {
    const slot = mapper.maptrack.pinnedSlot(granter, ref);
    for (const handle of this.byDomid.get(mapper.domid)?.keys() ?? [])
      if (mapper.maptrack.find(handle) === slot) return true;
    return false;
  }
}

function watch(host: RuleHost): RuleHooks {
  const unmaps = new UnmapsUnderWay();
  const destroyed = new Set<number>();

  function note(call: Parameters<NonNullable<RuleHooks["begin"]>>[0], difference: 1 | -1): void {
    const fields = unmapFieldsOf(call);
    for (let row = 0; row < call.in.rows; row++) {
      const handle = call.in.u64(row, fields.handle);
      if (!Number.isNaN(handle)) unmaps.add(call.caller, handle, difference);
    }
  }

  return {
    // Both halves of such an unmap come at once: no entry can be written in between.
    straight: { passes: { unmapCall: always } },
    subOps: unmapSubOps,
    begin: (call) => note(call, 1),
    after: (call) => note(call, -1),
    domain(domid, what) {
      if (what === DomainChange.destroy) destroyed.add(domid);
      else destroyed.delete(domid);
    },
    grant(domain, ref, dom, gfn) {
      const entry = domain.grants.get(ref);
      const same = entry !== undefined && dom === entry.dom && gfn === entry.gfn;
      if (same) return;
      const mapper = mapperOf(host.machine, domain.domid, ref);
      // A destroyed domain's mappings are gone with it (gnttab_release_mappings).
      if (mapper === undefined || destroyed.has(mapper.domid) || unmaps.names(mapper, domain.domid, ref))
        return;
      const what = dom < 0 ? "ended" : "written anew";
      host.report(grantEndedWhileMapped, {
        domain,
        gfn: entry?.gfn,
        certain: host.recorders === 1,
        uncertain: ["recorders"],
        message: `the entry of ref ${ref}${entry === undefined ? "" : ` (gfn ${hex(entry.gfn)})`} is ${what} while domain ${mapper.domid} has it mapped: the page stays shared, and later maps of the ref get it too`,
        ...causedBy(mappedAt(mapper, domain.domid, ref), "mapped here"),
      });
    },
  };
}

const header = {
  domains: [
    { domid: 0, mode: "direct-mapped", ram: [{ gfn: "0x80000", count: "0x4000" }], iommu: false },
    { domid: 1, mode: "direct-mapped", ram: [{ gfn: "0xc8000", count: "0x4000" }], iommu: false },
  ],
};
const granted = { ev: "grant", domid: 1, ref: 8, dom: 0, gfn: frame(0xc8000), ro: false };
const ended = { ev: "ungrant", domid: 1, ref: 8 };

/** A granter takes an entry away while the peer uses the page. */
export const grantEndedWhileMapped: Rule = {
  id: "G49",
  name: "grant-ended-while-mapped",
  severity: "error",
  what: "A grant entry is ended, or written anew, only when nobody has it mapped.",
  why: "Xen keeps the mapping and its pin: the peer reads and writes a page that the granter thinks is its own again. While the pin lives, a map of the ref used anew gets the old frame.",
  fix: "End an entry with a compare-and-exchange that fails while GTF_reading or GTF_writing is set, and keep the page until it succeeds (Linux: gnttab_end_foreign_access).",
  source:
    "Xen common/grant_table.c:map_grant_ref,unmap_common_complete@master; Linux drivers/xen/grant-table.c:gnttab_end_foreign_access_ref_v1@6.1",
  needs: ["grant-entries"],
  passing: exampleLogWith(header, granted, map({ gfn: EXTENDED, mfn: 0xc8000 }), unmap(EXTENDED), ended),
  failing: exampleLogWith(header, granted, map({ gfn: EXTENDED, mfn: 0xc8000 }), ended, unmap(EXTENDED)),
  beyondRepair:
    "The entry is gone while the peer uses the page: what was shared meanwhile stays shared, whenever the unmap comes.",
  watch,
};
