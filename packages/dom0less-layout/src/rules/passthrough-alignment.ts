import { hexAddress, isAligned, PAGE_SIZE } from "../terms/address-range.ts";
import { partialTreeOutcome, since } from "../terms/first-releases.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** Registers are passed on in whole pages. */
export const passthroughAlignment: LayoutRule = {
  id: "L13",
  name: "passthrough-alignment",
  severity: "error",
  outcome: "panic",
  what: "Host address, size and guest address of xen,reg are multiples of 4 KiB, and the parent of the node has 1 or 2 address and size cells.",
  why: "The second translation stage maps pages; Xen does not round what it is told.",
  consequence:
    'Xen says "DomU passthrough config has not page aligned addresses/sizes" and panics ("Failed to assign device"; 4.17 and older go on without the device); cells other than 1 and 2 are refused from 4.20 on and misread before.',
  fix: "Round the range to pages; see that nothing else lives in them.",
  source:
    "arch/arm/domain_build.c:scan_pfdt_node@4.17, @4.18 (f51c92383b); arch/arm/domain_build.c:handle_passthrough_prop@4.16..4.18; arch/arm/dom0less-build.c@4.19,@4.20; common/device-tree/dom0less-build.c@4.21..master",
  passing: passthroughExample(),
  failing: passthroughExample({ xenReg: "0x0 0x10020000 0x0 0x200 0x0 0x10020000" }),
  check(model, host) {
    for (const guest of model.domains) {
      for (const { node, xenReg, cells, hasXenReg } of guest.devices) {
        if (!hasXenReg) continue;
        const place = { domain: guest, node, property: "xen,reg" };
        const counts = [cells.address, cells.size];
        if (counts.some((count) => count < 1 || count > 2)) {
          const outcome = model.release >= since.cellsChecked ? "panic" : "silent";
          const message = `${guest.config.name}: ${node.path}: xen,reg is read with ${counts[0]} address and ${counts[1]} size cells of the node above; only 1 and 2 work`;
          host.report({ ...place, message, outcome });
        } else if (xenReg.length === 0) {
          const message = `${guest.config.name}: ${node.path}: xen,reg holds no whole row of ${counts[0]} + ${counts[1]} + ${counts[0]} cells: nothing is mapped`;
          host.report({ ...place, message, outcome: "silent" });
        }
        for (const row of xenReg) {
          const bad = [row.host, row.size, row.guest].filter((value) => !isAligned(value, PAGE_SIZE));
          if (bad.length === 0) continue;
          const message = `${guest.config.name}: ${node.path}: ${bad.map(hexAddress).join(", ")} in xen,reg is not a multiple of 4 KiB`;
          host.report({ ...place, message, outcome: partialTreeOutcome(model.release) });
        }
      }
    }
  },
};
