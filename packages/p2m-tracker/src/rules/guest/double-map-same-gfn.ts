import { Gntst, since, type XenRelease } from "@xgt/hypercall-abi";
import type { Domain } from "../../state/domain.ts";
import { FrameKind, NOT_KNOWN } from "../../state/frame-kind.ts";
import type { Change } from "../../state/machine.ts";
import { HandleState } from "../../state/maptrack.ts";
import { MAPPING_WAS_COVERED } from "../kinds/beyond-repair.ts";
import { EXTENDED, exampleLog, map, unmap } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { handleText, mapText } from "../watch/grant-map-text.ts";
import { frameOf, mapFields } from "../watch/grant-op-fields.ts";
import { isOwnUnmap } from "../watch/own-unmap.ts";

/** A live handle whose mapping another call destroyed, and when. */
interface Orphan {
  readonly handle: number;
  readonly event: number;
}

function consequence(xen: XenRelease | null): string {
  const refuses = since(xen, "4.17");
  if (refuses === null) return "one of the two can no longer be unmapped cleanly";
  return refuses ? "its unmap will be refused and the pin stays" : "unmapping one removes the other";
}

/**
 * The second map hides the first. Also where the first mapping is gone already and its handle still lives (a populate,
 * a foreign map or a removal destroyed it): those handles are kept by gfn until they are released.
 */
export const doubleMapSameGfn: Rule = {
  id: "G09",
  name: "double-map-same-gfn",
  severity: "error",
  what: "Two live grant handles never share a gfn.",
  why: "The first mapping is hidden. From Xen 4.17 on its unmap fails with general_error and its pin leaks; before, unmapping one removes the other.",
  fix: "Give each grant a gfn of its own, and unmap before the gfn is mapped again.",
  source:
    "Xen common/grant_table.c:map_grant_ref,unmap_common@master, arch/arm/p2m.c:p2m_remove_mapping@4.17",
  needs: [],
  passing: exampleLog(map({ gfn: EXTENDED }), unmap(EXTENDED), map({ gfn: EXTENDED, handle: 2, ref: 9 })),
  failing: exampleLog(map({ gfn: EXTENDED }), map({ gfn: EXTENDED, handle: 2, ref: 9, mfn: 0xc8001 })),
  beyondRepair: MAPPING_WAS_COVERED,
  watch(host) {
    const orphans = new Map<Domain, Map<number, Orphan>>();

    function keepOrphan(change: Change): void {
      if (change.oldAux === NOT_KNOWN || isOwnUnmap(change)) return;
      const ofDomain = orphans.get(change.domain) ?? new Map<number, Orphan>();
      if (ofDomain.size === 0) orphans.set(change.domain, ofDomain);
      ofDomain.set(change.gfn, { handle: change.oldAux, event: host.machine.event });
    }

    function report(domain: Domain, gfn: number, handle: number, what: string, state: string): void {
      const slot = handle === NOT_KNOWN ? -1 : domain.maptrack.find(handle);
      host.report(doubleMapSameGfn, {
        domain,
        gfn,
        message: `${what} mapped at a gfn where ${state}: ${consequence(host.machine.xen)}`,
        ...causedBy(slot < 0 ? 0 : domain.maptrack.mapEvent.get(slot), "the first map of this gfn"),
      });
    }

    return {
      // What goes by its own unmap leaves no orphan, nor does a grant whose handle is not known.
      straight: {
        passes: { mapCall: (domain) => !((orphans.get(domain)?.size ?? 0) > 0), grantGone: always },
      },
      subOps: ["map_grant_ref"],
      after(call) {
        const domain = host.machine.domains.get(call.caller);
        const ofDomain = domain === undefined ? undefined : orphans.get(domain);
        if (domain === undefined || ofDomain === undefined) return;
        for (let row = 0; row < call.in.rows && ofDomain.size > 0; row++) {
          if (call.item(row) !== Gntst.okay) continue;
          const gfn = frameOf(call.in.u64(row, mapFields.hostAddr));
          const orphan = ofDomain.get(gfn);
          // What this call itself hid was reported with the change.
          if (orphan === undefined || orphan.event === host.machine.event) continue;
          ofDomain.delete(gfn);
          const lives = isLiveAt(domain, orphan.handle, gfn);
          if (!lives || call.out.u64(row, mapFields.handle) === orphan.handle) continue;
          const first = handleText(domain, orphan.handle);
          report(domain, gfn, orphan.handle, "a grant", `${first} is live, though its mapping is gone`);
        }
      },
      changes: { from: [FrameKind.grant] },
      change(change) {
        keepOrphan(change);
        if (change.kind !== FrameKind.grant || change.oldAux === change.aux) return;
        const single = change.call?.in.rows === 1;
        const first = single ? handleText(change.domain, change.oldAux) : "another grant";
        report(change.domain, change.gfn, change.oldAux, mapText(change), `${first} is mapped`);
      },
      forgotten: (domain) => {
        orphans.delete(domain);
      },
    };
  },
};

/** Whether a handle that was mapped at this gfn still lives. */
function isLiveAt(domain: Domain, handle: number, gfn: number): boolean {
  const slot = domain.maptrack.find(handle);
  return (
    slot >= 0 && domain.maptrack.state[slot] === HandleState.live && domain.maptrack.gfn.get(slot) === gfn
  );
}
