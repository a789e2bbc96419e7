import { DEVELOPMENT_RELEASE, releaseName } from "@xgt/hypercall-abi";
import { since } from "../terms/first-releases.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** A 1:1 domain needs memory whose place is fixed. */
export const directMapNeedsStaticMem: LayoutRule = {
  id: "L01",
  name: "direct-map-needs-static-mem",
  severity: "error",
  outcome: "panic",
  what: "A domain with direct-map has xen,static-mem, and Xen is 4.17 or later, built with CONFIG_STATIC_MEMORY.",
  why: "Xen maps a domain 1:1 only over memory that was set aside for it at boot.",
  consequence:
    'Xen panics with "direct-map is not valid for domain ... without static allocation"; releases before 4.17 do not know the property and give the guest the ordinary map.',
  fix: "Add xen,static-mem to the domain node (and use Xen 4.17 or later with CONFIG_STATIC_MEMORY=y).",
  source:
    "arch/arm/domain_build.c:create_domUs@4.17,@4.18; arch/arm/dom0less-build.c:create_domUs@4.19,@4.20; common/device-tree/dom0less-bindings.c:parse_dom0less_node@4.21..master; common/device-tree/bootinfo-fdt.c:process_domain_node@master",
  passing: example(domain()),
  failing: example(domain({ banks: "" })),
  check(model, host) {
    for (const guest of model.domains) {
      const { config } = guest;
      const place = { domain: guest, node: config.node, property: "direct-map" };
      if (config.wantsDirectMap && model.release < since.directMap) {
        const message = `${config.name} asks for direct-map, which Xen ${releaseName(model.release)} ignores: the domain is not 1:1`;
        host.report({ ...place, message, outcome: "silent" });
      } else if (config.wantsDirectMap && !config.hasStaticMem) {
        host.report({ ...place, message: `${config.name} has direct-map but no xen,static-mem` });
      }
      if (config.hasStaticMem && model.input.kconfig?.get("CONFIG_STATIC_MEMORY") === "n") {
        const message = `${config.name} has xen,static-mem, and this Xen is built without CONFIG_STATIC_MEMORY`;
        const outcome = model.release >= DEVELOPMENT_RELEASE ? "panic" : "silent";
        host.report({ ...place, property: "xen,static-mem", message, outcome });
      }
    }
  },
};
