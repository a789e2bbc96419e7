import { Gntst } from "@xgt/hypercall-abi";
import { FrameKind } from "../../state/frame-kind.ts";
import { ANSWER_STANDS } from "../kinds/conformance-rule.ts";
import { EXTENDED, exampleLogWith, frame, map } from "../kinds/example.ts";
import { hex, type Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { mapperOf } from "../watch/grant-mappers.ts";
import { frameOf, mapFields } from "../watch/grant-op-fields.ts";

const header = {
  from_boot: true,
  domains: [
    { domid: 0, mode: "direct-mapped", ram: [{ gfn: "0x80000", count: "0x4000" }], iommu: false },
    { domid: 1, mode: "direct-mapped", ram: [{ gfn: "0xc8000", count: "0x4000" }], iommu: false },
  ],
};
const granted = { ev: "grant", domid: 1, ref: 8, dom: 0, gfn: frame(0xc8123), ro: false };

/** A map of a direct-mapped domain's entry answers with the frame that the entry names. */
export const grantFrameDiffers: Rule = {
  id: "H33",
  name: "grant-frame-differs",
  severity: "warning",
  what: "The first map of a direct-mapped granter's entry gets the frame that the entry names: gfn = mfn there.",
  why: "The entry that the log shows is not the one that Xen read: it was rewritten unseen, an older map still pins the ref, or the granter has another page at that gfn. Or the recorder mixes up refs.",
  fix: "Look at the recorder of the grant entries: it must note every completed write, of every domain that is listed.",
  source: "Xen common/grant_table.c:map_grant_ref,get_paged_frame@master",
  needs: ["grant-entries", "mode"],
  passing: exampleLogWith(header, granted, map({ gfn: EXTENDED, mfn: 0xc8123 })),
  failing: exampleLogWith(header, granted, map({ gfn: EXTENDED, mfn: 0xc8777 })),
  beyondRepair: ANSWER_STANDS,
  watch: (host) => ({
    straight: { passes: { mapCall: always } },
    subOps: ["map_grant_ref"],
    before(call) {
      for (let row = 0; row < call.in.rows; row++) {
        if (call.out.s64(row, mapFields.status) !== Gntst.okay) continue;
        const dom = call.in.u64(row, mapFields.dom);
        const ref = call.in.u64(row, mapFields.ref);
        const granter = host.machine.domains.get(dom);
        const entry = granter?.grants.get(ref);
        if (granter === undefined || entry === undefined || !granter.directMapped) continue;
        // Where the facts list every entry, H12 compares the frames.
        if (granter.facts?.grants !== undefined) continue;
        const mfn = frameOf(call.out.u64(row, mapFields.bus));
        if (Number.isNaN(mfn) || mfn === entry.gfn) continue;
        // A page of Xen's, a grant of its own or something unknown may be at that gfn; a pin keeps an older frame.
        if (granter.p2m.kindOf(entry.gfn) !== FrameKind.own || granter.owns(entry.gfn) !== true) continue;
        if (mapperOf(host.machine, dom, ref) !== undefined) continue;
        host.report(grantFrameDiffers, {
          domain: granter,
          gfn: entry.gfn,
          busMfn: mfn,
          expectedMfn: entry.gfn,
          certain: host.fromBoot && host.recorders === 1,
          uncertain: host.fromBoot ? ["recorders"] : ["from_boot"],
          message: `ref ${ref} of domain ${dom} names gfn ${hex(entry.gfn)}, but domain ${call.caller}'s map of it got frame ${hex(mfn)}`,
        });
      }
    },
  }),
};
