import { isOn } from "../model/xen-arguments.ts";
import { since } from "../terms/first-releases.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** Cache colouring scatters memory; static memory must not be scattered. */
export const colouringWithStaticMem: LayoutRule = {
  id: "L02",
  name: "colouring-with-static-mem",
  severity: "error",
  outcome: "panic",
  what: "No domain has xen,static-mem while Xen runs with LLC colouring.",
  why: "Colouring picks pages by their cache set, so it can keep no contiguous bank.",
  consequence: 'Xen panics with "LLC coloring and static memory are incompatible".',
  fix: "Take llc-coloring off Xen's command line, or the static memory out of the domain.",
  source:
    "arch/arm/dom0less-build.c:create_domUs@4.20; common/device-tree/dom0less-bindings.c:parse_dom0less_node@4.21..master",
  passing: example(domain()),
  failing: example(domain(), { bootargs: "llc-coloring=on" }),
  check(model, host) {
    const built = model.input.kconfig?.get("CONFIG_LLC_COLORING");
    if (model.release < since.colouring || built === "n") return;
    if (!isOn(model.host.arguments.get("llc-coloring"))) return;
    for (const guest of model.domains) {
      if (!guest.config.hasStaticMem) continue;
      const message = `${guest.config.name} has xen,static-mem while Xen's command line turns LLC colouring on`;
      const place = { domain: guest, node: guest.config.node, property: "xen,static-mem" };
      // A Xen built without CONFIG_LLC_COLORING does not know the argument.
      host.report({ ...place, message, certain: built === "y" });
    }
  },
};
