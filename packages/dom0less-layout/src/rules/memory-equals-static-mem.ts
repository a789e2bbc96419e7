import { sizeText, totalSize } from "../terms/address-range.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** Static memory is all the memory that a domain has. */
export const memoryEqualsStaticMem: LayoutRule = {
  id: "L03",
  name: "memory-equals-static-mem",
  severity: "error",
  outcome: "panic",
  what: "The sizes in xen,static-mem add up to memory (in KiB) exactly.",
  why: "Xen cannot mix static memory with memory from its heap.",
  consequence:
    'Xen says that "memory" does not match the sum of "xen,static-mem" and panics with "Failed to assign requested static memory".',
  fix: "Set memory to the sum of the banks in KiB (two cells), or change a bank's size.",
  source:
    "arch/arm/domain_build.c:assign_static_memory_11@4.17,@4.18; arch/arm/static-memory.c:assign_static_memory_11@4.19,@4.20; common/device-tree/static-memory.c:assign_static_memory_11,allocate_static_memory@4.21..master",
  passing: example(domain()),
  failing: example(domain({ memory: "0x0 0x20000" })),
  check(model, host) {
    for (const guest of model.domains) {
      const { config } = guest;
      if (!config.hasStaticMem || config.memory === null) continue;
      const sum = totalSize(config.banks);
      if (sum === config.memory) continue;
      const message = `${config.name} has memory = ${sizeText(config.memory)}, but its banks add up to ${sizeText(sum)}`;
      const fix = `Set memory = <0x${(sum >> 42n).toString(16)} 0x${((sum >> 10n) & 0xffffffffn).toString(16)}> (${sizeText(sum)}).`;
      host.report({ domain: guest, node: config.node, property: "memory", message, fix });
    }
  },
};
