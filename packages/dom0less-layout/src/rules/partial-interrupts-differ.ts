import { assignedNodes } from "../model/layout-model.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** Interrupts keep their numbers. */
export const partialInterruptsDiffer: LayoutRule = {
  id: "L18",
  name: "partial-interrupts-differ",
  severity: "error",
  outcome: "silent",
  what: "interrupts of a node in the partial tree are those of the host node that xen,path names.",
  why: "Xen routes host interrupt n to guest interrupt n from the host's node and copies the partial tree's text as it is.",
  consequence: "The driver waits for an interrupt that never comes, or takes another device's.",
  fix: "Copy interrupts from the host node; give the partial tree a /gic node whose phandle is its interrupt-parent.",
  source:
    "arch/arm/device.c:map_device_irqs_to_domain@4.18..master (arch/arm/domain_build.c:handle_device_interrupts@4.16,@4.17); docs/misc/arm/passthrough.txt@master",
  passing: passthroughExample(),
  failing: passthroughExample({ interrupts: "0 16 4" }),
  check(model, host) {
    for (const guest of model.domains) {
      for (const { node, interrupts, lost, host: device } of assignedNodes(guest)) {
        if (lost > 0) {
          const message = `${guest.config.name}: interrupts of ${node.path} lead to no controller: no interrupt-parent above it names /gic`;
          host.report({ domain: guest, node, property: "interrupts", message, severity: "warning" });
        }
        if (device === null) continue;
        const wrong = interrupts.filter((number) => !device.spis.includes(number));
        if (wrong.length === 0) continue;
        const routed = device.spis.length === 0 ? "none" : device.spis.join(", ");
        const [other] = device.unrouted;
        const why = other === undefined ? "" : ` (its controller is ${other.controller.path}, not the GIC)`;
        const message = `${guest.config.name}: ${node.path} uses interrupt ${wrong.join(", ")}; Xen routes ${routed} from ${device.node.path}${why}`;
        const property = node.properties.has("interrupts") ? "interrupts" : "interrupts-extended";
        host.report({
          domain: guest,
          node,
          property,
          message,
          notes: [{ message: "host node", node: device.node }],
        });
      }
    }
  },
};
