import { counted } from "@xgt/findings";
import { Gntmap, Gntst } from "@xgt/hypercall-abi";
import { EXTENDED, exampleLog, map } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { EventTally, firstSeen } from "../watch/event-tally.ts";
import { frameOf, mapFields } from "../watch/grant-op-fields.ts";

/** Grants mapped read-only. */
export const readOnlyMaps: Rule = {
  id: "I06",
  name: "read-only-maps",
  severity: "info",
  what: "Mapped grants can be written.",
  why: "A write by the CPU to a read-only map faults in stage 2; a device without an IOMMU can write there all the same.",
  fix: "Nothing has to change; do not let a device write (FROM_DEVICE) to such a page.",
  source: "Xen arch/arm/mm.c:create_grant_host_mapping@master (p2m_grant_map_ro)",
  needs: [],
  passing: exampleLog(map({ gfn: EXTENDED })),
  failing: exampleLog(map({ gfn: EXTENDED, flags: Gntmap.hostMap | Gntmap.readonly })),
  watch(host) {
    const tally = new EventTally();
    return {
      straight: {
        passes: { mapCall: always },
        readOnlyMapped: (domain, gfn, event, times) => tally.add(domain.domid, domain, event, gfn, times),
      },
      subOps: ["map_grant_ref"],
      after(call) {
        for (let row = 0; row < call.in.rows; row++) {
          if ((call.in.u64(row, mapFields.flags) & Gntmap.readonly) === 0) continue;
          if (call.item(row) !== Gntst.okay) continue;
          const gfn = frameOf(call.in.u64(row, mapFields.hostAddr));
          tally.add(call.caller, host.machine.domains.get(call.caller), host.machine.event, gfn);
        }
      },
      end: () =>
        tally.report(
          host,
          readOnlyMaps,
          (row) => `${counted(row.count, "grant")} mapped read-only, first ${firstSeen(row)}`,
        ),
    };
  },
};
