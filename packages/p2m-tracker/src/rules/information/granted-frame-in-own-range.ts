import { counted } from "@xgt/findings";
import type { Region } from "@xgt/hypercall-log";
import type { Domain } from "../../state/domain.ts";
import { FrameKind, NOT_KNOWN } from "../../state/frame-kind.ts";
import { EXTENDED, exampleLog, map, PEER_FRAME } from "../kinds/example.ts";
import type { Rule, RuleHost } from "../kinds/rule.ts";
import { always, type Stretch } from "../kinds/straight-rule.ts";
import { EventTally, firstSeen } from "../watch/event-tally.ts";
import { stretchBetween } from "../watch/stretch-between.ts";

function isExtended(region: Region): boolean {
  return region.name === "extended";
}

/** Whether a frame's number is a gfn of the domain's extended regions, or of another direct-mapped domain's RAM. */
function isUsedElsewhere(host: RuleHost, domain: Domain, mfn: number): boolean {
  if (domain.regionAt(mfn, isExtended) !== undefined) return true;
  for (const other of host.machine.domains.values()) {
    if (other !== domain && other.owns(mfn) === true) return true;
  }
  return false;
}

/** Frames around one that is used nowhere else, up to the next that is; undefined where it is used. */
function unusedAround(host: RuleHost, domain: Domain, mfn: number): Stretch | undefined {
  const used = [...domain.regions.filter(isExtended)];
  const banks = [...host.machine.domains.values()].flatMap((other) =>
    other === domain ? [] : (other.ram ?? []),
  );
  return stretchBetween([...used, ...banks], mfn);
}

/** Granted frames whose numbers mean something else to the mapper, or belong to a listed domain. */
export const grantedFrameInOwnRange: Rule = {
  id: "I17",
  name: "granted-frame-in-own-range",
  severity: "info",
  what: "The numbers of granted frames are no gfns of the mapper's extended regions, nor RAM of another listed domain.",
  why: "Without an IOMMU extended regions lie over host RAM, so this is normal. It shows why a frame must never be taken for a gfn of the same number, or the other way round.",
  fix: "Nothing has to change; see I08 for the frames where both numbers are the same.",
  source: "Xen arch/arm/domain_build.c:find_unallocated_memory@4.17,find_host_extended_regions@4.20",
  needs: [],
  passing: exampleLog(map({ gfn: EXTENDED, mfn: PEER_FRAME })),
  failing: exampleLog(map({ gfn: EXTENDED, mfn: EXTENDED + 0x100 })),
  watch(host) {
    const tally = new EventTally();
    return {
      straight: { passes: { grantMade: always }, frames: (domain, mfn) => unusedAround(host, domain, mfn) },
      changes: { to: [FrameKind.grant] },
      change(change) {
        const { domain, mfn } = change;
        if (mfn === NOT_KNOWN || domain.owns(mfn) === true || !isUsedElsewhere(host, domain, mfn)) return;
        tally.add(domain.domid, domain, host.machine.event, change.gfn);
      },
      end: () =>
        tally.report(
          host,
          grantedFrameInOwnRange,
          (row) =>
            `${counted(row.count, "granted frame")} numbered like gfns of extended regions or another domain's RAM, first ${firstSeen(row)}; normal without an IOMMU`,
        ),
    };
  },
};
