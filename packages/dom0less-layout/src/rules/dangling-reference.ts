import { guestPhandles } from "../model/passthrough.ts";
import { childNamed, walk } from "../tree/device-tree.ts";
import { isDangling, type ReferenceIndex, referenceIndex, referencesIn } from "../tree/references.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** The guest has only the nodes of its partial tree. */
export const danglingReference: LayoutRule = {
  id: "L46",
  name: "dangling-reference",
  severity: "error",
  outcome: "silent",
  what: "Every phandle in /passthrough of a partial tree is that of a node in it, or of /gic.",
  why: "Xen copies properties as they are; what stays in the host's tree does not exist in the guest's.",
  consequence:
    "The driver waits for a supplier that never comes (Linux: deferred probe pending), gives up, or takes another node that happens to have the number.",
  fix: "Add a node that stands in (fixed-clock, regulator-fixed), or leave the property out if the driver works without it.",
  source:
    "common/device-tree/dom0less-build.c:handle_prop_pfdt,domain_handle_dtb_boot_module@4.21..master (arch/arm/domain_build.c@4.16..4.18); docs/misc/arm/passthrough.txt@master",
  passing: passthroughExample({ root: "" }),
  failing: passthroughExample({ more: "clocks = <0x77 3>;" }),
  check(model, host) {
    for (const guest of model.domains) {
      const bus = guest.partial === null ? null : childNamed(guest.partial.root, "passthrough");
      if (guest.partial === null || bus === null) continue;
      // Marked: only names and structures that surely refer count, no guesses.
      const index: ReferenceIndex = {
        ...referenceIndex(guest.partial),
        phandles: guestPhandles(guest.partial).nodes,
        marked: true,
      };
      for (const node of walk(bus)) {
        for (const property of node.properties.values()) {
          const missing = (referencesIn(node, property, index) ?? []).filter(isDangling);
          if (missing.length === 0) continue;
          const list = missing.map(({ phandle }) => `0x${phandle.toString(16)}`).join(", ");
          const message = `${guest.config.name}: ${property.name} of ${node.path} refers to ${list}, which no node of the partial tree has`;
          host.report({ domain: guest, node, property: property.name, message });
        }
      }
    }
  },
};
