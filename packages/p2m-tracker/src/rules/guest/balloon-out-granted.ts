import { MAPPERS_SEARCHED } from "../../limits.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import type { Machine } from "../../state/machine.ts";
import { decrease, EXTENDED, exampleLog, frame, map, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { GrantedFrames } from "../watch/granted-frames.ts";
import { everywhere } from "../watch/stretch-between.ts";

const TAKING = ["decrease_reservation", "remove_from_physmap"];

/** Whether a domain of the log holds a live map of this frame of a direct-mapped domain: only its owner can grant it. */
function isMapped(machine: Machine, owner: Domain, mfn: number): boolean {
  if (!owner.directMapped) return false;
  let searched = 0;
  for (const domain of machine.domains.values()) {
    if (domain.maptrack.isLive(mfn)) return true;
    if (++searched === MAPPERS_SEARCHED) return false;
  }
  return false;
}

function isAnyMapped(machine: Machine, owner: Domain, mfn: number, count: number): boolean {
  let live = 0;
  for (const domain of machine.domains.values()) live += domain.maptrack.live;
  for (let i = 0; live > 0 && i < count; i++) if (isMapped(machine, owner, mfn + i)) return true;
  return false;
}

/**
 * Worse where the frame is given back: a direct-mapped domain gets the same frame again, others another one while the
 * peer keeps the old. Grant entries tell, which no hypercall carries; and so does a live map of the frame, where the
 * log holds the mapping domain's calls too (a loopback).
 */
export const balloonOutGranted: Rule = {
  id: "G13",
  name: "balloon-out-granted",
  severity: "error",
  what: "A frame that is still granted out is neither ballooned out nor removed from the physmap.",
  why: "A domain that is not direct-mapped gets another frame there later and silently shares the wrong one; a direct-mapped one gets the same frame back, but new maps by the peer fail meanwhile.",
  fix: "End the peer's access before the frame goes.",
  source:
    "Xen common/memory.c:guest_remove_page@master, common/grant_table.c:get_paged_frame@master; Linux drivers/xen/grant-table.c:gnttab_end_foreign_access@6.1",
  needs: ["grant-entries"],
  passing: exampleLog(
    { ev: "grant", ref: 8, dom: 1, gfn: frame(RAM), ro: false },
    { ev: "ungrant", ref: 8 },
    decrease([RAM]),
  ),
  failing: exampleLog(
    { ev: "grant", ref: 8, dom: 1, gfn: frame(RAM), ro: false },
    decrease([RAM]),
    map({ gfn: EXTENDED, dom: 0, mfn: RAM + 1 }),
    decrease([RAM + 1]),
  ),
  beyondRepair:
    "A populate brings a direct-mapped domain its frame back; maps by the peer that failed meanwhile stay failed, and other domains get another frame.",
  watch(host) {
    const tables = new Map<Domain, GrantedFrames>();
    const tableOf = (domain: Domain): GrantedFrames => {
      let table = tables.get(domain);
      if (table === undefined) {
        table = new GrantedFrames(domain);
        tables.set(domain, table);
      }
      return table;
    };
    return {
      changes: { from: [FrameKind.own], to: [FrameKind.hole] },
      runs: {
        // The path looks by itself whether the domain maps one of the frames; what others map it does not see.
        stretch: (domain) =>
          tableOf(domain).size === 0 && (!domain.directMapped || host.machine.domains.size === 1)
            ? everywhere()
            : undefined,
        may: ({ domain, gfn }, count) =>
          tableOf(domain).size === 0 && !isAnyMapped(host.machine, domain, gfn, count),
      },
      change(change) {
        const table = tableOf(change.domain);
        const ref = table.size === 0 ? undefined : table.refAt(change.gfn);
        const name = change.call?.name;
        if (name === undefined || !TAKING.includes(name)) return;
        if (ref === undefined && !isMapped(host.machine, change.domain, change.gfn)) return;
        const what =
          ref === undefined ? "that is granted out and mapped now" : `that ref ${ref} still grants`;
        if (change.domain.mode === "unknown") {
          host.indeterminate(balloonOutGranted, "a granted frame was taken from a domain of unknown mode");
          return;
        }
        const direct = change.domain.directMapped;
        host.report(balloonOutGranted, {
          domain: change.domain,
          gfn: change.gfn,
          severity: direct ? "warning" : "error",
          message: direct
            ? `${name} takes a frame ${what}: new maps by the peer fail until it is populated again`
            : `${name} gives back a frame ${what}: a populate puts another frame there, and the peer keeps the old one`,
        });
      },
      grant(domain, ref, dom, gfn) {
        if (dom < 0) tableOf(domain).end(ref);
        else tableOf(domain).add(ref, gfn);
      },
      // An entry may have been ended among the records that are lost.
      forgotten: (domain) => tableOf(domain).clear(),
    };
  },
};
