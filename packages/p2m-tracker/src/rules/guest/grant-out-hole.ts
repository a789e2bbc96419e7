import { Gntst } from "@xgt/hypercall-abi";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind, frameKindNames, type FrameKind as Kind } from "../../state/frame-kind.ts";
import { decrease, EXTENDED, exampleLog, frame, map, populate, RAM } from "../kinds/example.ts";
import { hex, type Rule, type RuleHost } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { mapFields } from "../watch/grant-op-fields.ts";

const EMPTY: readonly Kind[] = [FrameKind.hole, FrameKind.mmio, FrameKind.identity];

class GrantWatch {
  private readonly host: RuleHost;
  /** Entries already reported, with the event that emptied their gfn: a peer may try again and again. */
  private readonly reported = new Map<string, number>();

  constructor(host: RuleHost) {
    this.host = host;
  }

  /** An entry is written. A gfn that an unmap left empty is G05's at this point. */
  granted(domain: Domain, ref: number, dom: number, gfn: number): void {
    const key = `${domain.domid}:${ref}`;
    this.reported.delete(key);
    if (dom < 0 || !EMPTY.includes(domain.p2m.kindOf(gfn))) return;
    const emptied = domain.p2m.eventAt(gfn);
    const unmapped = emptied > 0 && domain.p2m.goneEventAt(gfn) === emptied;
    if (unmapped || (emptied === 0 && !this.host.fromBoot)) return;
    this.reported.set(key, emptied);
    this.host.report(grantOutHole, {
      domain,
      gfn,
      message: `ref ${ref} grants out gfn ${hex(gfn)} to domain ${dom}, which holds ${withArticle(domain.p2m.kindOf(gfn))}: until it is populated a map of it answers bad_page`,
      causeEvent: emptied,
      // The peer may wait with its map.
      certain: false,
      uncertain: ["later"],
    });
  }

  mapped(call: Call): void {
    for (let row = 0; row < call.in.rows; row++) {
      if (call.item(row) !== Gntst.badPage) continue;
      const granter = this.host.machine.domains.get(call.in.u64(row, mapFields.dom));
      const ref = call.in.u64(row, mapFields.ref);
      const entry = granter?.grants.get(ref);
      if (granter === undefined || entry === undefined) continue;
      const kind = granter.p2m.kindOf(entry.gfn);
      if (kind === FrameKind.unknown) {
        this.host.indeterminate(
          grantOutHole,
          "a peer's map answered bad_page for a gfn that nothing is known of",
        );
        continue;
      }
      if (!EMPTY.includes(kind)) continue;
      const key = `${granter.domid}:${ref}`;
      const emptied = granter.p2m.eventAt(entry.gfn);
      if (this.reported.get(key) === emptied) continue;
      this.reported.set(key, emptied);
      this.host.report(grantOutHole, {
        domain: granter,
        gfn: entry.gfn,
        message: `ref ${ref} grants out gfn ${hex(entry.gfn)}, which holds ${withArticle(kind)}: domain ${call.caller}'s map answers bad_page`,
        causeEvent: emptied,
      });
    }
  }
}

function withArticle(kind: Kind): string {
  return kind === FrameKind.hole ? "no frame" : `${frameKindNames[kind]}, not RAM`;
}

function grant(ref: number, gfn: number): object {
  return { ev: "grant", ref, dom: 0, gfn: frame(gfn), ro: false };
}

/** A domain grants out a gfn that holds no frame. */
export const grantOutHole: Rule = {
  id: "G41",
  name: "grant-out-hole",
  severity: "error",
  what: "A gfn that is granted out holds the domain's own RAM when the peer maps it.",
  why: "The peer's map answers bad_page: the ring or buffer cannot be set up, and it looks like the peer's fault.",
  fix: "Populate the gfn before granting it, and never grant a gfn that was ballooned out or taken for mappings.",
  source:
    "Xen common/grant_table.c:map_grant_ref,get_paged_frame@master, arch/arm/p2m.c:p2m_get_page_from_gfn@master",
  needs: ["grant-entries"],
  passing: exampleLog(
    decrease([RAM]),
    populate([RAM]),
    grant(8, RAM),
    map({ gfn: EXTENDED, dom: 0, ref: 8, mfn: RAM }),
  ),
  failing: exampleLog(
    decrease([RAM]),
    grant(8, RAM),
    map({ gfn: EXTENDED, dom: 0, ref: 8, status: Gntst.badPage }),
  ),
  beyondRepair:
    "A peer that maps the ref before the populate has been refused, and its own log alone tells whether it did.",
  watch(host) {
    const watch = new GrantWatch(host);
    return {
      straight: { passes: { mapCall: always } },
      subOps: ["map_grant_ref"],
      after: (call) => watch.mapped(call),
      grant: (domain, ref, dom, gfn) => watch.granted(domain, ref, dom, gfn),
    };
  },
};
