import { baseName, isCompatible, phandleOf, walk } from "../tree/device-tree.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

const USED = new Set(["gic", "aliases", "passthrough"]);
/** Made by dtc or U-Boot, not meant for the guest. */
const BOOKKEEPING = new Set(["__symbols__", "__fixups__", "__local_fixups__"]);

/** Xen takes three nodes of the partial tree. */
export const partialNodeIgnored: LayoutRule = {
  id: "L21",
  name: "partial-node-ignored",
  severity: "error",
  outcome: "silent",
  what: "What the guest needs of the partial tree stands in /passthrough (a simple-bus with ranges and cells), /aliases or /gic.",
  why: "Xen scans these three (and of /gic only the phandle) and drops every other node of the root.",
  consequence:
    "Clocks, regulators and other nodes that devices refer to are missing in the guest; a bus without compatible or ranges is not walked.",
  fix: "Move the nodes into /passthrough.",
  source:
    "common/device-tree/dom0less-build.c:domain_handle_dtb_boot_module,scan_pfdt_node@4.21..master (arch/arm/dom0less-build.c@4.19,@4.20, arch/arm/domain_build.c@4.16..4.18); docs/misc/arm/passthrough.txt@master",
  passing: passthroughExample(),
  failing: passthroughExample({ root: 'clock { compatible = "fixed-clock"; #clock-cells = <0>; };' }),
  check(model, host) {
    for (const guest of model.domains) {
      if (guest.partial === null) continue;
      const { name } = guest.config;
      for (const node of guest.partial.root.children) {
        const base = baseName(node);
        if (USED.has(base) || BOOKKEEPING.has(base)) continue;
        const message = `${name}: ${node.path} of the partial tree is not passed on to the guest`;
        host.report({ domain: guest, node, message });
      }
      const bus = guest.partial.root.children.find((node) => baseName(node) === "passthrough");
      if (bus === undefined) {
        const message = `${name}: the partial tree has no /passthrough node: nothing is passed through`;
        host.report({ domain: guest, node: guest.partial.root, message });
        continue;
      }
      const missing = ["#address-cells", "#size-cells", "ranges"].filter(
        (property) => !bus.properties.has(property),
      );
      if (!isCompatible(bus, "simple-bus")) missing.push('compatible = "simple-bus"');
      if (missing.length > 0) {
        host.report({
          domain: guest,
          node: bus,
          message: `${name}: /passthrough has no ${missing.join(", ")}`,
        });
      }
      const gic = guest.partial.root.children.find((node) => baseName(node) === "gic");
      const needsGic = [...walk(bus)].some((node) => node.properties.has("interrupts"));
      if (needsGic && (gic === undefined || phandleOf(gic) === null)) {
        const message = `${name}: devices have interrupts, but the partial tree has no /gic node with a phandle for interrupt-parent`;
        host.report({ domain: guest, node: bus, message });
      }
    }
  },
};
