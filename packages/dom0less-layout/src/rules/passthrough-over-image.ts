import { assignedNodes, fileOf, type GuestDomain, type LayoutModel, placed } from "../model/layout-model.ts";
import { guestRange } from "../model/passthrough.ts";
import { placedParts } from "../model/placement.ts";
import { type AddressRange, endOf, overlaps, rangeText } from "../terms/address-range.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** text_offset of arm64 Linux before 5.8. */
const OLD_TEXT_OFFSET = 0x8_0000n;

/** Registers are mapped before the images are copied. */
export const passthroughOverImage: LayoutRule = {
  id: "L10",
  name: "passthrough-over-image",
  severity: "error",
  outcome: "panic",
  what: "No guest address of xen,reg lies where kernel, DTB or initrd are copied to.",
  why: "Xen maps the registers over the guest's RAM while it makes the device tree, before it copies the images.",
  consequence:
    'The copy hits device registers: Xen panics with "Unable to copy the kernel" (or the initrd, the DTB).',
  fix: "Map the device at its own address (guest address = host address) outside of every bank.",
  source:
    "arch/arm/domain_build.c:construct_domU@4.16..4.18; arch/arm/dom0less-build.c:construct_domU@4.19,@4.20; common/device-tree/dom0less-build.c:construct_domU,handle_passthrough_prop@4.21..master",
  passing: passthroughExample(),
  failing: passthroughExample({
    reg: "0x0 0xa0200000 0x0 0x1000",
    xenReg: "0x0 0x10020000 0x0 0x1000 0x0 0xa0200000",
  }),
  check(model, host) {
    for (const guest of model.domains) {
      const placement = placed(guest);
      if (placement === null) continue;
      for (const { node, xenReg } of assignedNodes(guest)) {
        for (const row of xenReg.map(guestRange)) {
          const hit = placedParts(placement).find(({ range }) => overlaps(range, row));
          if (hit === undefined) continue;
          const message = `${guest.config.name}: ${node.path} is mapped at ${rangeText(row)}, where Xen copies the ${hit.name} (${rangeText(hit.range)})`;
          const place = { domain: guest, node, property: "xen,reg", message, range: row };
          if (hit.name === "kernel" && isBelowOldKernels(model, guest, row)) {
            const notes = [
              {
                message:
                  "not if the kernel has a text_offset (Linux before 5.8: 0x80000); give its file with --module",
              },
            ];
            host.report({ ...place, severity: "warning", certain: false, notes });
          } else {
            host.report(place);
          }
        }
      }
    }
  },
};

/** The file of the kernel was not given, and the range ends where kernels with a text_offset begin. */
function isBelowOldKernels(model: LayoutModel, guest: GuestDomain, range: AddressRange): boolean {
  return fileOf(model.input, guest.kernel) === null && endOf(range) <= guest.ram[0].start + OLD_TEXT_OFFSET;
}
