import { bigGuestMap } from "@xgt/hypercall-abi";
import { assignedNodes, type GuestDomain, type LayoutModel } from "../model/layout-model.ts";
import { guestRange } from "../model/passthrough.ts";
import { type AddressRange, overlaps, PAGE_SIZE, rangeText } from "../terms/address-range.ts";
import { DEFAULT_GRANT_FRAMES } from "../terms/emulated-hardware.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** The grant table's window does not move with the host's map. */
export const grantWindowOverlap: LayoutRule = {
  id: "L22",
  name: "grant-window-overlap",
  severity: "error",
  outcome: "silent",
  what: "In a domain with xen,enhanced nothing else lies at 0x38000000-0x38ffffff: no bank, no xen,reg, no GIC, no UART.",
  why: "Xen shows the grant table there in every domU, direct-mapped or not, and compares it with nothing. On i.MX8M the GIC is at 0x38800000 and the GPU at 0x38000000.",
  consequence:
    "The guest maps its grant table over RAM or over registers: memory corruption in the first PV driver, and a 1:1 frame lost.",
  fix: "Keep 0x38000000-0x38ffffff out of the banks (two banks around it), or give the domain no xen,enhanced.",
  source:
    "common/device-tree/dom0less-build.c:prepare_dtb_domU@4.21..master (arch/arm/dom0less-build.c@4.19,@4.20, arch/arm/domain_build.c@4.17,@4.18); include/public/arch-arm.h:GUEST_GNTTAB_BASE",
  passing: example(domain({ extra: 'xen,enhanced = "no-xenstore";' })),
  failing: example(
    domain({ extra: 'xen,enhanced = "no-xenstore";', banks: "0x0 0x30000000 0x0 0x10000000" }),
    { memory: "0x0 0x20000000 0x0 0xd0000000" },
  ),
  check(model, host) {
    for (const guest of model.domains) {
      const window = guest.grantWindow;
      if (window === null) continue;
      const { name, node } = guest.config;
      const frames = usedGrantFrames(model, guest);
      const clash = `the grant table's window (${rangeText(window)})`;
      const place = { domain: guest, node, range: window };
      guest.ram.forEach((bank, i) => {
        if (!overlaps(bank, window)) return;
        const message = `${name}: bank ${i} (${rangeText(bank)}) overlaps ${clash}`;
        host.report({ ...place, property: "xen,static-mem", message });
      });
      /** Registers above the frames in use only meet what no guest touches today. */
      const weight = (range: AddressRange) => {
        if (overlaps(range, frames)) return { severity: "error" as const };
        const notes = [{ message: `the table itself takes ${rangeText(frames)}` }];
        return { severity: "warning" as const, notes };
      };
      for (const { name: what, ...range } of guest.windows) {
        if (!overlaps(range, window)) continue;
        const message = `${name}: its ${what} (${rangeText(range)}) overlaps ${clash}`;
        host.report({ ...place, message, ...weight(range) });
      }
      for (const device of assignedNodes(guest)) {
        for (const row of device.xenReg.map(guestRange).filter((row) => overlaps(row, window))) {
          const message = `${name}: ${device.node.path} (${rangeText(row)}) overlaps ${clash}`;
          const at = { domain: guest, node: device.node, property: "xen,reg", range: window };
          host.report({ ...at, message, ...weight(row) });
        }
      }
    }
  },
};

/** What the table can grow to: max_grant_frames of the domain, gnttab_max_frames of Xen, else 64. */
function usedGrantFrames(model: LayoutModel, guest: GuestDomain): AddressRange {
  const argument = Number(model.host.arguments.get("gnttab_max_frames") ?? DEFAULT_GRANT_FRAMES);
  const frames =
    guest.config.maxGrantFrames ?? (Number.isInteger(argument) ? argument : DEFAULT_GRANT_FRAMES);
  return { start: bigGuestMap.grantTable.start, size: BigInt(frames) * PAGE_SIZE };
}
