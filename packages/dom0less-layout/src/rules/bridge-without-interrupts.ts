import { assignedNodes } from "../model/layout-model.ts";
import { bridgeInterrupts, hasNoInterrupts, isPciBridge } from "../model/pci-bridge.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

const bridge = (
  interrupts: string,
) => `device_type = "pci"; #address-cells = <3>; #size-cells = <2>; #interrupt-cells = <1>;
  interrupt-map-mask = <0 0 0 7>; interrupt-map = <0 0 0 1 &gic 0 40 4>; ${interrupts}`;

/** A bridge's devices interrupt through its map, which Xen does not walk for a domU. */
export const bridgeWithoutInterrupts: LayoutRule = {
  id: "L45",
  name: "bridge-without-interrupts",
  severity: "warning",
  outcome: "silent",
  what: "A PCI host bridge that is passed through has interrupts of its own for what its devices signal.",
  why: "Xen routes the interrupts of the node that xen,path names. It walks interrupt-map only for Dom0, and gives no domU an ITS for message-signalled interrupts.",
  consequence: "The bridge is found, its devices too, and none of them ever gets an interrupt.",
  fix: "Pass a device through that does not hang on PCI, leave the bridge with Dom0, or use a bridge with a controller for messages of its own.",
  source:
    "arch/arm/device.c:map_device_irqs_to_domain, map_device_children@4.18..master; arch/arm/vgic-v3-its.c:vgic_v3_its_init_domain@4.11..master",
  passing: passthroughExample({ interrupts: "0 40 4" }, {}, { mmcInterrupts: "0 40 4", mmc: bridge("") }),
  failing: passthroughExample({ interrupts: "" }, {}, { mmcInterrupts: "", mmc: bridge("") }),
  check(model, host) {
    for (const guest of model.domains) {
      const ownMsi = assignedNodes(guest).some(
        (other) => other.node.properties.has("msi-controller") && (other.host?.spis.length ?? 0) > 0,
      );
      for (const { node, host: device } of assignedNodes(guest)) {
        if (device === null || !isPciBridge(device.node) || !hasNoInterrupts(device, model.host)) continue;
        if (ownMsi && node.properties.has("msi-parent")) continue;
        const { numbers } = bridgeInterrupts(device.node, model.host, new Set());
        const list =
          numbers.length === 0 ? "" : ` (its interrupt-map has ${[...new Set(numbers)].join(", ")})`;
        const message = `${guest.config.name}: devices behind ${device.node.path} have no interrupt at all${list}`;
        host.report({ domain: guest, node, message, notes: [{ message: "host node", node: device.node }] });
      }
    }
  },
};
