import { isPlaced } from "../model/placement.ts";
import { rangeText, sizeText } from "../terms/address-range.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** Kernel, DTB and initrd go into the bank that is written first. */
export const firstBankTooSmall: LayoutRule = {
  id: "L08",
  name: "first-bank-too-small",
  severity: "error",
  outcome: "panic",
  what: "The first bank in the order of xen,static-mem holds kernel, DTB and initrd, each rounded up to 2 MiB.",
  why: "Xen places all three in bank 0, which is the first one written and not the lowest.",
  consequence:
    'Xen panics with "Not enough memory in the first bank for the kernel+dtb+initrd" or "Unable to find suitable location for dtb+initrd".',
  fix: "Put the largest bank first in xen,static-mem, or make it larger.",
  source:
    "arch/arm/kernel.c:place_modules@4.16..4.21, first_bank_can_fit_modules and find_dtb_initrd_placement@4.22,@master",
  passing: example(domain()),
  failing: example(
    domain({ memory: "0x0 0x10800", banks: "0x0 0xa0000000 0x0 0x200000 0x0 0xb0000000 0x0 0x4000000" }),
  ),
  check(model, host) {
    for (const guest of model.domains) {
      const { config, placement } = guest;
      if (placement === null || isPlaced(placement)) continue;
      const bank = guest.ram[0];
      const message = `${config.name}: the first bank (${rangeText(bank)}, ${sizeText(bank.size)}) is too small for kernel, DTB and initrd, which need ${sizeText(placement.needed)}`;
      const property = config.hasStaticMem ? "xen,static-mem" : "memory";
      host.report({ domain: guest, node: config.node, property, message, range: bank });
    }
  },
};
