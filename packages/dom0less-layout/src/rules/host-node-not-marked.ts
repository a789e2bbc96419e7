import { assignedNodes } from "../model/layout-model.ts";
import { partialTreeOutcome } from "../terms/first-releases.ts";
import type { DtNode } from "../tree/device-tree.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** Dom0 must leave the device alone. */
export const hostNodeNotMarked: LayoutRule = {
  id: "L20",
  name: "host-node-not-marked",
  severity: "error",
  outcome: "panic",
  what: "Where there is a Dom0, the host node of a passed-through device carries xen,passthrough.",
  why: "Xen gives Dom0 every node that is not marked: it maps the registers, routes the interrupts and shows the node. Dom0 is built before the other domains.",
  consequence:
    'A device with interrupts: they are Dom0\'s already, Xen says "IRQ n is already used by domain 0" and panics (4.17 and older go on without the interrupt). One without: two kernels drive it.',
  fix: "Add xen,passthrough; to the host node (fdt set /path xen,passthrough in U-Boot).",
  source:
    "arch/arm/device.c:handle_device@4.18..master (arch/arm/domain_build.c@4.16,@4.17); arch/arm/domain_build.c:write_properties@4.16..master; arch/arm/irq.c:route_irq_to_guest@4.16..master; arch/arm/setup.c:start_xen@4.16..master",
  passing: passthroughExample({}, {}, {}, { dom0: true }),
  failing: passthroughExample({}, {}, { mmcMarked: false }, { dom0: true }),
  check(model, host) {
    if (!model.dom0) return;
    for (const guest of model.domains) {
      for (const { node, host: device, xenPath } of assignedNodes(guest)) {
        if (device === null || isMarked(device.node)) continue;
        const panics = device.spis.some((spi) => spi >= 32);
        const message = `${guest.config.name} gets ${xenPath}, which Dom0 gets too: the host node has no xen,passthrough`;
        const notes = [{ message: "passed through here", node }];
        host.report({
          domain: guest,
          node: device.node,
          message,
          outcome: panics ? partialTreeOutcome(model.release) : "silent",
          notes,
        });
      }
    }
  },
};

function isMarked(node: DtNode): boolean {
  return node.properties.has("xen,passthrough");
}
