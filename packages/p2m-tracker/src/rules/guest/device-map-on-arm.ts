import { Gntmap, Gntst } from "@xgt/hypercall-abi";
import { GNTMAP_ALLOWED } from "../../semantics/grant/map-flags.ts";
import { EXTENDED, exampleLog, map } from "../kinds/example.ts";
import { hex, type Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { frameOf, mapFields } from "../watch/grant-op-fields.ts";

/** GNTMAP_guest_avail0 is the lowest of the bits left to guests. */
const GUEST_AVAIL_SHIFT = 16;
const flagNames: readonly (readonly [number, string])[] = [
  [Gntmap.deviceMap, "GNTMAP_device_map"],
  [Gntmap.applicationMap, "GNTMAP_application_map"],
  [Gntmap.containsPte, "GNTMAP_contains_pte"],
];

/** Names of the flags that an Arm map may not carry. */
function refusedNames(flags: number): string {
  const refused = flags & ~GNTMAP_ALLOWED;
  const names = flagNames.filter(([bit]) => (refused & bit) !== 0).map(([, name]) => name);
  if (refused >>> GUEST_AVAIL_SHIFT !== 0) names.push("guest_avail bits");
  return names.length > 0 ? names.join(", ") : `flags ${hex(refused >>> 0)}`;
}

/** A map asks for what Arm refuses. */
export const deviceMapOnArm: Rule = {
  id: "G33",
  name: "device-map-on-arm",
  severity: "error",
  what: "A map carries no other flags than GNTMAP_host_map and GNTMAP_readonly.",
  why: "Arm answers general_error: the page is not mapped, for the CPU or for a device.",
  fix: "Map with host_map only; the bus address comes in dev_bus_addr all the same.",
  source:
    "Xen common/grant_table.c:map_grant_ref@master, arch/arm/mm.c:create_grant_host_mapping@master; Linux drivers/xen/gntdev-dmabuf.c@6.1",
  needs: [],
  passing: exampleLog(map({ gfn: EXTENDED, flags: Gntmap.hostMap | Gntmap.readonly })),
  failing: exampleLog(
    map({ gfn: EXTENDED, flags: Gntmap.hostMap | Gntmap.deviceMap, status: Gntst.generalError }),
  ),
  beyondRepair:
    "Xen refused the call, so that nothing is left to undo: a guest without the fault does not ask so.",
  watch: (host) => ({
    straight: { passes: { mapCall: always } },
    subOps: ["map_grant_ref"],
    after(call) {
      const domain = host.machine.domains.get(call.caller);
      for (let row = 0; row < call.in.rows; row++) {
        const flags = call.in.u64(row, mapFields.flags);
        if ((flags & ~GNTMAP_ALLOWED) === 0) continue;
        host.report(deviceMapOnArm, {
          domain,
          gfn: frameOf(call.in.u64(row, mapFields.hostAddr)),
          message: `map_grant_ref with ${refusedNames(flags)}: Arm maps grants by GNTMAP_host_map only`,
        });
      }
    },
  }),
};
