import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** What every domain node needs. */
export const domainIncomplete: LayoutRule = {
  id: "L41",
  name: "domain-incomplete",
  severity: "error",
  outcome: "panic",
  what: "A domain node has cpus, memory as two cells (KiB), and a kernel module whose reg holds bytes.",
  why: "Xen reads these three before it builds the domain.",
  consequence:
    '"Missing property \'cpus\'", \'cannot read "memory" property\' or "Missing kernel boot module?", and a panic.',
  fix: "Add what is missing: cpus = <1>; memory = <0x0 KIB>; a multiboot,kernel module.",
  source:
    "arch/arm/domain_build.c:create_domUs,construct_domU@4.16..4.18; arch/arm/dom0less-build.c@4.19,@4.20; common/device-tree/dom0less-bindings.c:parse_dom0less_node, dom0less-build.c:construct_domU, kernel.c:kernel_probe@4.21..master",
  passing: example(domain()),
  failing: example(domain({ cpus: "", memory: "0x40000" })),
  check(model, host) {
    for (const guest of model.domains) {
      const { name, node, cpus, memory } = guest.config;
      const place = { domain: guest, node };
      if (cpus === null) host.report({ ...place, message: `${name} has no cpus` });
      if (memory === null) {
        const text = node.properties.has("memory")
          ? "has a memory property of less than two cells"
          : "has no memory";
        host.report({ ...place, property: "memory", message: `${name} ${text}` });
      }
      if (guest.kernel === null || (guest.kernel.memory !== null && guest.kernel.memory.size === 0n)) {
        const message = `${name} has no multiboot,kernel module with a size`;
        host.report({ ...place, message });
      }
    }
  },
};
