import { isAligned, PAGE_SIZE, rangeText, SUPERPAGE_SIZE } from "../terms/address-range.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** Banks are whole pages. */
export const bankAlignment: LayoutRule = {
  id: "L04",
  name: "bank-alignment",
  severity: "error",
  outcome: "silent",
  what: "Every bank starts at and spans a multiple of 4 KiB, better of 2 MiB.",
  why: "Xen maps whole pages and only asserts the alignment; from 2 MiB on it can use superpages, and the kernel goes to the bank's start.",
  consequence:
    "A debug build stops at an assertion; a release build rounds to pages and gives the guest memory that is not its own, or less than promised.",
  fix: "Move the bank's start and size to multiples of 2 MiB (0x200000).",
  source:
    "arch/arm/domain_build.c:acquire_static_memory_bank@4.17,@4.18; arch/arm/static-memory.c:acquire_static_memory_bank@4.19,@4.20; common/device-tree/static-memory.c:acquire_static_memory_bank@4.21..master",
  passing: example(domain()),
  failing: example(domain({ banks: "0x0 0xa0000800 0x0 0x10000000" })),
  check(model, host) {
    for (const guest of model.domains) {
      const { node, name, banks } = guest.config;
      banks.forEach((bank, i) => {
        const place = { domain: guest, node, property: "xen,static-mem", range: bank };
        const aligned = (unit: bigint) => isAligned(bank.start, unit) && isAligned(bank.size, unit);
        if (!aligned(PAGE_SIZE)) {
          host.report({
            ...place,
            message: `${name}: bank ${i} (${rangeText(bank)}) is not made of whole pages`,
          });
        } else if (!aligned(SUPERPAGE_SIZE)) {
          const message = `${name}: bank ${i} (${rangeText(bank)}) is not aligned to 2 MiB: no superpages`;
          host.report({ ...place, message, severity: "info", outcome: "advice" });
        }
      });
    }
  },
};
