import { releaseName } from "@xgt/hypercall-abi";
import { since } from "../terms/first-releases.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

const enhanced = domain({ extra: 'xen,enhanced = "no-xenstore";' });

/** An empty grant window trips an assertion. */
export const grantTableDisabled: LayoutRule = {
  id: "L34",
  name: "grant-table-disabled",
  severity: "error",
  outcome: "panic",
  what: "A Xen built with CONFIG_GRANT_TABLE=n that makes extended regions for a direct-mapped domain without IOMMU is 4.21 or later.",
  why: "Older releases take the grant window out of the free RAM even where it is empty.",
  consequence:
    "A debug build stops at \"Assertion 's <= e' failed at common/rangeset.c\"; a release build loses its extended regions.",
  fix: "Build Xen with CONFIG_GRANT_TABLE=y, use 4.21 or later, or boot with ext_regions=no.",
  source:
    "arch/arm/domain_build.c:find_unallocated_memory@4.17..4.20, find_host_extended_regions@4.21..master (c9205a01f7)",
  passing: example(enhanced, {}, { xen: "4.21", kconfig: "# CONFIG_GRANT_TABLE is not set" }),
  failing: example(enhanced, {}, { xen: "4.20", kconfig: "# CONFIG_GRANT_TABLE is not set\nCONFIG_DEBUG=y" }),
  check(model, host) {
    if (model.input.kconfig?.get("CONFIG_GRANT_TABLE") !== "n" || model.release >= since.grantTableOff)
      return;
    const debug = model.input.kconfig.get("CONFIG_DEBUG") === "y";
    for (const guest of model.domains) {
      if (!guest.directMap || guest.iommu || guest.grantWindow === null) continue;
      const message = `${guest.config.name}: Xen ${releaseName(model.release)} without CONFIG_GRANT_TABLE removes an empty grant window from its extended regions`;
      host.report({ domain: guest, node: guest.config.node, message, outcome: debug ? "panic" : "silent" });
    }
  },
};
