import { Gntst, GRANT_TABLE_STATUS_INDEX } from "@xgt/hypercall-abi";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind, NOT_KNOWN, SHARED_INFO } from "../../state/frame-kind.ts";
import type { Change } from "../../state/machine.ts";
import { HandleState } from "../../state/maptrack.ts";
import { MAPPING_WAS_COVERED } from "../kinds/beyond-repair.ts";
import { EXTENDED, exampleLog, map, mapForeign, remove, unmap } from "../kinds/example.ts";
import { hex, type Rule, type RuleHost } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { ForeignSources } from "../watch/foreign-sources.ts";
import { handleText, mapText } from "../watch/grant-map-text.ts";
import { mapFields, unmapFieldsOf, unmapSubOps } from "../watch/grant-op-fields.ts";
import { LostHandles } from "../watch/lost-handles.ts";
import { coveredRegion } from "../watch/made-by-xen.ts";
import { isPlacement, itemsOf, placedIndex } from "../watch/physmap-fields.ts";
import { everywhere } from "../watch/stretch-between.ts";

const FIX_BY_KIND: Readonly<Record<number, string>> = {
  [FrameKind.grant]:
    "Unmap the grant first, with the host_addr of its map; give each mapping a gfn of its own.",
  [FrameKind.foreign]: "Call remove_from_physmap for the gfn first; give each mapping a gfn of its own.",
  [FrameKind.xen]:
    "Keep the grant table and shared_info at gfns that nobody else uses, and call remove_from_physmap before their gfn is used for something else.",
  [FrameKind.mmio]:
    "Call remove_from_physmap for the gfn first: the driver of the device still uses the mapping.",
};

/** How much a change takes from the user of the old mapping. */
const Loss = { none: 0, leak: 1, restored: 2, perhaps: 3, displaced: 4 } as const;
type Loss = (typeof Loss)[keyof typeof Loss];

/**
 * What a change does to a living mapping: the table of docs/mappings-over-mappings.md. Grants over grants are G09's,
 * populates over grants G10's.
 */
function lossOf(change: Change, sources: ForeignSources): Loss {
  const { call, oldKind, kind } = change;
  if (call === undefined || !isMapping(oldKind) || coveredRegion(change) !== undefined) return Loss.none;
  switch (kind) {
    case FrameKind.grant:
      return oldKind === FrameKind.grant || mapsThatPage(change) ? Loss.none : Loss.displaced;
    case FrameKind.foreign:
      if (oldKind !== FrameKind.foreign) return Loss.displaced;
      return sources.isSame(change) ? Loss.leak : Loss.displaced;
    case FrameKind.xen:
      if (oldKind !== FrameKind.xen) return Loss.displaced;
      return change.aux === change.oldAux || change.oldAux === NOT_KNOWN ? Loss.none : Loss.displaced;
    case FrameKind.mmio:
      return oldKind === FrameKind.mmio && change.mfn === change.oldMfn ? Loss.none : Loss.displaced;
    case FrameKind.own:
      return oldKind === FrameKind.grant ? Loss.none : Loss.restored;
    case FrameKind.hole:
      return isMovedAway(change, call) ? Loss.displaced : Loss.none;
    case FrameKind.unknown:
      return isPlacement(call) || call.name === "acquire_resource" ? Loss.perhaps : Loss.none;
    default:
      return Loss.none;
  }
}

function isMapping(kind: FrameKind): boolean {
  return (
    kind === FrameKind.grant ||
    kind === FrameKind.foreign ||
    kind === FrameKind.xen ||
    kind === FrameKind.mmio
  );
}

/** A domain that maps its own grant of the very page at this gfn changes nothing there. */
function mapsThatPage(change: Change): boolean {
  const { call, domain } = change;
  if (call === undefined || call.in.u64(change.item, mapFields.dom) !== domain.domid) return false;
  return domain.grants.get(call.in.u64(change.item, mapFields.ref))?.gfn === change.gfn;
}

/**
 * Up to 4.16 a grant-table frame that moves takes away whatever its old gfn holds by now
 * (common/grant_table.c:gnttab_map_frame@4.16).
 */
function isMovedAway(change: Change, call: Call): boolean {
  if (!isPlacement(call)) return false;
  return change.oldKind !== FrameKind.xen || change.oldAux !== placedIndex(call, change.item);
}

function single(change: Change): boolean {
  return change.call === undefined || itemsOf(change.call) <= 1;
}

function oldText(change: Change): string {
  switch (change.oldKind) {
    case FrameKind.grant:
      return single(change) ? handleText(change.domain, change.oldAux) : "a live grant";
    case FrameKind.foreign:
      return change.oldAux === NOT_KNOWN ? "a foreign frame" : `a frame of domain ${change.oldAux}`;
    case FrameKind.xen:
      return xenText(change.oldAux, single(change));
    default:
      return single(change) && change.oldMfn !== NOT_KNOWN
        ? `device memory (frame ${hex(change.oldMfn)})`
        : "device memory";
  }
}

function xenText(page: number, one: boolean): string {
  if (page === SHARED_INFO) return "shared_info";
  const known = one && page >= 0 && page < GRANT_TABLE_STATUS_INDEX;
  return known ? `grant-table frame ${hex(page)}` : "a grant-table frame";
}

function newText(change: Change): string {
  switch (change.kind) {
    case FrameKind.grant:
      return mapText(change);
    case FrameKind.foreign:
      return change.aux === NOT_KNOWN ? "a foreign frame" : `a frame of domain ${change.aux}`;
    case FrameKind.xen:
      return xenText(change.aux, single(change));
    case FrameKind.own:
      return "own RAM";
    default:
      return "device memory";
  }
}

function consequence(change: Change): string {
  switch (change.oldKind) {
    case FrameKind.grant:
      return "the mapping is lost, its handle and pin stay";
    case FrameKind.foreign:
      return "its user reaches another frame from here on";
    case FrameKind.xen:
      return change.oldAux === SHARED_INFO
        ? "the guest's reads of shared_info see another page from here on"
        : "grant entries that the guest writes there no longer reach Xen";
    default:
      return "the device's driver reaches another frame from here on";
  }
}

function report(host: RuleHost, change: Change, loss: Loss, owner: Domain | undefined): void {
  const name = change.call?.name ?? "a call";
  const old = oldText(change);
  const common = {
    domain: change.domain,
    gfn: change.gfn,
    fix: FIX_BY_KIND[change.oldKind],
    certain: change.call?.certain ?? true,
    ...causedBy(change.oldEvent, "mapped here"),
  };
  if (loss === Loss.leak) {
    host.report(mappingDisplaced, {
      ...common,
      severity: "warning",
      // Behind a gfn of a translated domain another frame may be by now.
      certain: owner?.directMapped === true,
      uncertain: ["owner"],
      message: `${name} maps ${old} where that very frame is mapped: nothing changes, but the page reference that each map takes is dropped once only, so its owner can never be destroyed wholly`,
    });
  } else if (loss === Loss.restored) {
    host.report(mappingDisplaced, {
      ...common,
      severity: change.oldKind === FrameKind.xen ? "warning" : "info",
      message: `${name} puts own RAM back over ${old}: 1:1 is restored, and ${consequence(change)}`,
    });
  } else if (loss === Loss.perhaps) {
    host.report(mappingDisplaced, {
      ...common,
      severity: "warning",
      certain: false,
      uncertain: ["answer"],
      message: `${name} may have put another mapping over ${old}: its answer does not say whether this gfn was mapped`,
    });
  } else if (change.kind === FrameKind.hole) {
    host.report(mappingDisplaced, {
      ...common,
      message: `${name} moves a grant-table frame, and this Xen removes ${old} from the frame's old gfn: ${consequence(change)}`,
    });
  } else if (change.oldKind === FrameKind.foreign && !host.fromBoot) {
    // Toolstacks map and remove foreign frames by the thousand: captures leave those calls out more often than not.
    host.report(mappingDisplaced, {
      ...common,
      severity: "info",
      certain: false,
      message: `${name} puts ${newText(change)} over ${old}, of which the log shows no removal; nothing says that the log holds every call`,
    });
  } else {
    host.report(mappingDisplaced, {
      ...common,
      message: `${name} puts ${newText(change)} over ${old}: ${consequence(change)}`,
    });
  }
}

/** Xen compares nothing when it maps: the old entry of a gfn is replaced, and its user is not told. */
export const mappingDisplaced: Rule = {
  id: "G46",
  name: "mapping-displaced",
  severity: "error",
  what: "Nothing is mapped over a living mapping of another user: a grant, a foreign frame or resource, a grant-table frame, shared_info, device memory.",
  why: "Xen replaces the entry without a word. Who uses the old mapping reads and writes another frame; a grant's handle outlives its mapping, and from 4.17 on its unmap is refused.",
  fix: "Take the old mapping away first: unmap_grant_ref for a grant, remove_from_physmap for anything else.",
  source:
    "Xen arch/arm/p2m.c:__p2m_set_entry,p2m_remove_mapping@4.17, arch/arm/mmu/p2m.c@4.20, arch/arm/mm.c:xenmem_add_to_physmap_one@master, common/grant_table.c:gnttab_map_frame@4.16",
  needs: [],
  passing: exampleLog(map({ gfn: EXTENDED }), unmap(EXTENDED), mapForeign(EXTENDED), remove(EXTENDED)),
  failing: exampleLog(map({ gfn: EXTENDED }), mapForeign(EXTENDED), unmap(EXTENDED, 1, Gntst.generalError)),
  beyondRepair: MAPPING_WAS_COVERED,
  watch(host) {
    const sources = new ForeignSources();
    const lost = new LostHandles();

    function explain(call: Call, domain: Domain, row: number): void {
      const handle = call.in.u64(row, unmapFieldsOf(call).handle);
      const slot = Number.isNaN(handle) ? -1 : domain.maptrack.find(handle);
      if (slot < 0 || domain.maptrack.state[slot] !== HandleState.live) return;
      const event = lost.eventOf(domain, handle, domain.maptrack.mapEvent.get(slot));
      if (event === 0) return;
      host.report(mappingDisplaced, {
        domain,
        gfn: domain.maptrack.gfn.get(slot),
        severity: "info",
        message: `${call.name} of ${handleText(domain, handle)} is refused because its mapping was replaced at event ${event}`,
        ...causedBy(event, "another mapping was put over it"),
      });
    }

    return {
      straight: { passes: { unmapCall: always, grantMade: always, grantGone: always } },
      subOps: unmapSubOps,
      after(call) {
        const domain = host.machine.domains.get(call.caller);
        if (domain === undefined || lost.size === 0) return;
        for (let row = 0; row < call.in.rows; row++)
          if (call.item(row) === Gntst.generalError) explain(call, domain, row);
      },
      // Neither own RAM nor a hole is a mapping that could be lost.
      runs: { stretch: everywhere, may: ({ oldKind }) => !isMapping(oldKind) },
      change(change) {
        const loss = lossOf(change, sources);
        if (loss !== Loss.none) {
          const owner = change.aux === NOT_KNOWN ? undefined : host.machine.domains.get(change.aux);
          report(host, change, loss, owner);
        }
        if (change.kind === FrameKind.foreign) sources.note(change);
        if (change.oldKind === FrameKind.grant && change.kind !== FrameKind.hole) lost.note(change);
      },
      forgotten(domain) {
        sources.forget(domain);
        lost.forget(domain);
      },
    };
  },
};
