import { DOMID_SELF, Gntst } from "@xgt/hypercall-abi";
import { EXTENDED, exampleLog, map, RAM } from "../kinds/example.ts";
import { hex, type Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { frameOf, mapFields } from "../watch/grant-op-fields.ts";

/** A map names its granter as DOMID_SELF. */
export const domidSelfInMap: Rule = {
  id: "G34",
  name: "domid-self-in-map",
  severity: "error",
  what: "A map names the granter by its number, also where it is the caller.",
  why: "Xen looks the number up as it stands: DOMID_SELF is no domain, the op answers bad_domain and nothing is mapped.",
  fix: "Pass the domain's own number (Xenstore has it as `domid`).",
  source: "Xen common/grant_table.c:map_grant_ref@4.17,@master",
  needs: [],
  passing: exampleLog(map({ gfn: EXTENDED, dom: 0, mfn: RAM })),
  failing: exampleLog(map({ gfn: EXTENDED, dom: DOMID_SELF, status: Gntst.badDomain })),
  beyondRepair:
    "Xen refused the call, so that nothing is left to undo: a guest without the fault does not ask so.",
  watch: (host) => ({
    straight: { passes: { mapCall: always } },
    subOps: ["map_grant_ref"],
    after(call) {
      for (let row = 0; row < call.in.rows; row++) {
        if (call.in.u64(row, mapFields.dom) !== DOMID_SELF) continue;
        host.report(domidSelfInMap, {
          domain: host.machine.domains.get(call.caller),
          gfn: frameOf(call.in.u64(row, mapFields.hostAddr)),
          message: `map_grant_ref names the granter as DOMID_SELF (${hex(DOMID_SELF)}): it takes the numeric id only`,
        });
      }
    },
  }),
};
