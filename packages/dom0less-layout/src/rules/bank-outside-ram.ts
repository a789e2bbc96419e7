import { coveredBy, rangeText, subtract } from "../terms/address-range.ts";
import { MAX_BANKS } from "../terms/emulated-hardware.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

const MAX_PAGES_OF_BANK = 2n ** 32n - 1n;

/** Static memory is host RAM. */
export const bankOutsideRam: LayoutRule = {
  id: "L05",
  name: "bank-outside-ram",
  severity: "error",
  outcome: "panic",
  what: "Every bank lies in the host's RAM, holds at most 2^32-1 pages, and all reserved banks together are at most 256.",
  why: "Xen can only hand out pages that its frame table knows.",
  consequence:
    'Xen panics: "failed to acquire static memory", or "Max number of supported memory regions reached". A bank without any RAM behind it stops Xen before its console is up.',
  fix: "Choose a bank inside a memory node's reg, or mend the memory node (boot loaders rewrite it).",
  source:
    "common/device-tree/static-memory.c:acquire_static_memory_bank@4.21..master (arch/arm/static-memory.c@4.19,@4.20, arch/arm/domain_build.c@4.16..4.18); common/device-tree/bootinfo-fdt.c:device_tree_get_meminfo@master (arch/arm/bootfdt.c@4.16..4.19)",
  passing: example(domain()),
  failing: example(domain({ banks: "0x0 0xf8000000 0x0 0x10000000" })),
  check(model, host) {
    const { ram } = model.host;
    if (ram.length === 0) host.undecided("the host tree has no memory node");
    for (const guest of model.domains) {
      const { node, name, banks } = guest.config;
      const place = { domain: guest, node, property: "xen,static-mem" };
      banks.forEach((bank, i) => {
        if (ram.length > 0 && !coveredBy(bank, ram)) {
          const outside = subtract([bank], ram).map(rangeText).join(", ");
          const message = `${name}: bank ${i} (${rangeText(bank)}) is not all host RAM: ${outside} is none`;
          host.report({ ...place, message, range: bank });
        }
        if (bank.size >> 12n > MAX_PAGES_OF_BANK) {
          host.report({ ...place, message: `${name}: bank ${i} has more than 2^32-1 pages`, range: bank });
        }
      });
    }
    const banks = model.domains.reduce((sum, guest) => sum + guest.config.banks.length, 0);
    const total = banks + model.host.reserved.filter((range) => range.kind !== "spin-table").length;
    if (total > MAX_BANKS) {
      host.report({ message: `${total} reserved regions and static banks; Xen keeps ${MAX_BANKS}` });
    }
  },
};
