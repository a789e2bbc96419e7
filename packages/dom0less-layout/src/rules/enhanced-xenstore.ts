import { releaseName } from "@xgt/hypercall-abi";
import { CAPABILITY_XENSTORE } from "../model/domain-config.ts";
import { since } from "../terms/first-releases.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** PV interfaces of a 1:1 domain before the xenstore page was 1:1. */
export const enhancedXenstore: LayoutRule = {
  id: "L28",
  name: "enhanced-xenstore",
  severity: "warning",
  outcome: "silent",
  what: 'A domain with xen,enhanced has a xenstore domain (Dom0), and a direct-mapped one runs on Xen 4.21 or later or has "no-xenstore".',
  why: "Before 4.21 the toolstack populates the xenstore page at 0x39001000, a frame that a direct-mapped domain does not own; from 4.21 on Xen allocates it at gfn = mfn.",
  consequence:
    '4.17 to 4.20: "mfn 0x39001 doesn\'t belong to dN" and no xenstore in the guest. Without a xenstore domain Xen panics: "At the moment, Xenstore support requires dom0 to be present" (4.17..4.20), "xenstore requested, but xenstore domain not present" (4.21 and later).',
  fix: 'Use xen,enhanced = "no-xenstore", or Xen 4.21 or later with a Dom0.',
  source:
    "tools/helpers/init-dom0less.c:alloc_xs_page@4.17..4.20; arch/arm/dom0less-build.c:construct_domU@4.19,@4.20 (arch/arm/domain_build.c@4.17,@4.18); common/device-tree/dom0less-build.c:alloc_xenstore_page,create_domUs@4.21..master (df2c03e2eb)",
  passing: example(domain({ extra: "xen,enhanced;" }), {}, { dom0: true, xen: "4.21" }),
  failing: example(domain({ extra: "xen,enhanced;" }), {}, { dom0: true, xen: "4.20" }),
  check(model, host) {
    const xenstore =
      model.dom0 || model.domains.some((guest) => (guest.config.capabilities & CAPABILITY_XENSTORE) !== 0);
    for (const guest of model.domains) {
      const { config } = guest;
      const place = { domain: guest, node: config.node, property: "xen,enhanced" };
      if (config.enhanced === "full" || config.enhanced === "legacy") {
        if (!xenstore) {
          const message = `${config.name} wants xenstore, and there is no Dom0 (or xenstore domain)`;
          host.report({ ...place, message, severity: "error", outcome: "panic" });
        } else if (guest.directMap && (model.release < since.xenstorePage || config.enhanced === "legacy")) {
          const message = `${config.name} is direct-mapped: on Xen ${releaseName(model.release)} its xenstore page cannot be made`;
          host.report({ ...place, message });
        }
      }
      if (
        config.enhanced === "off" &&
        config.node.properties.has("xen,enhanced") &&
        !isDisabled(config.node)
      ) {
        const message = `${config.name}: Xen ${releaseName(model.release)} does not know this value of xen,enhanced: no PV interfaces`;
        host.report({ ...place, message });
      }
    }
  },
};

function isDisabled(node: { properties: ReadonlyMap<string, { data: Uint8Array }> }): boolean {
  return Buffer.from(node.properties.get("xen,enhanced")?.data ?? []).toString("latin1") === "disabled\0";
}
