import { assignedNodes } from "../model/layout-model.ts";
import type { PassthroughNode } from "../model/passthrough.ts";
import { partialTreeOutcome } from "../terms/first-releases.ts";
import { type DtNode, isCompatible } from "../tree/device-tree.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** Controllers in front of the GIC that pass interrupts on with the GIC's own numbers. */
const TRANSPARENT: readonly string[] = [
  "fsl,imx6q-gpc",
  "fsl,imx7d-gpc",
  "fsl,imx8mq-gpc",
  "ti,omap4-wugen-mpu",
  "nvidia,tegra210-ictlr",
];
const INVERTING: readonly string[] = ["mediatek,mt6577-sysirq"];

/** Xen routes what arrives at the GIC, and only SPIs. */
export const interruptNotRouted: LayoutRule = {
  id: "L44",
  name: "interrupt-not-routed",
  severity: "warning",
  outcome: "silent",
  what: "Every interrupt of a passed-through host node arrives at the GIC as an SPI, or at a controller that the domain is given too.",
  why: "Xen follows interrupt-parent and interrupt-map to the controller and routes what ends at the GIC; of everything else it says nothing. An interrupt that belongs to one CPU, and a chain that ends nowhere, stop it.",
  consequence:
    'The driver never gets the interrupt (Linux: IRQ index 0 not found); with one of a CPU Xen says "IRQ can only be routed to an SPI" and panics.',
  fix: "Where the controller in between has the GIC's own numbers (GPC, wake-up generator), let interrupt-parent of the host node name the GIC in the tree that Xen boots with; else the device cannot be passed through with its interrupt.",
  source:
    "arch/arm/device.c:map_device_irqs_to_domain@4.18..master (arch/arm/domain_build.c:handle_device_interrupts@4.16,@4.17); arch/arm/irq.c:route_irq_to_guest@4.16..master; common/device-tree/device-tree.c:dt_irq_map_raw@master",
  passing: passthroughExample(),
  failing: passthroughExample(
    { interrupts: "" },
    {},
    {
      mmc: "interrupt-parent = <&gpc>;",
      soc: 'gpc: gpc@10040000 { compatible = "fsl,imx8mq-gpc"; interrupt-controller; #interrupt-cells = <3>; interrupt-parent = <&gic>; reg = <0x10040000 0x1000>; };',
    },
  ),
  check(model, host) {
    for (const guest of model.domains) {
      for (const device of assignedNodes(guest)) {
        const { node, host: source } = device;
        if (source === null) continue;
        const place = { domain: guest, node, notes: [{ message: "host node", node: source.node }] };
        const head = `${guest.config.name}: ${source.node.path}`;
        const controller = missingController(device);
        if (controller !== null) {
          const count = source.unrouted.length;
          const message = `${head}: ${count} of its interrupts ${count === 1 ? "goes" : "go"} to ${controller.path}, which is not the GIC: Xen routes none of them`;
          host.report({ ...place, message, ...cureOf(controller) });
        }
        const stops = source.locals.length > 0 ? `interrupt ${source.locals[0]} belongs to one CPU` : null;
        const broken = source.lost > 0 ? "a chain of interrupt-parent and interrupt-map ends nowhere" : null;
        if (stops === null && broken === null) continue;
        const message = `${head}: ${stops ?? broken}, and Xen refuses the device`;
        host.report({ ...place, message, severity: "error", outcome: partialTreeOutcome(model.release) });
      }
    }
  },
};

/** The first controller that is neither the GIC nor given to the domain. */
function missingController({ host, inner }: PassthroughNode): DtNode | null {
  if (host === null || inner > 0) return null;
  return host.unrouted[0]?.controller ?? null;
}

function cureOf(controller: DtNode): { fix?: string } {
  if (isCompatible(controller, ...TRANSPARENT)) {
    return {
      fix: `${controller.path} has the GIC's own numbers: let interrupt-parent of the host node name the GIC in the tree that Xen boots with. What is lost is waking the machine by this device.`,
    };
  }
  if (isCompatible(controller, ...INVERTING)) {
    return {
      fix: `${controller.path} has the GIC's own numbers, and turns low levels into high ones: let interrupt-parent of the host node name the GIC, with level 4 in place of 8, and have firmware set the polarity.`,
    };
  }
  return {};
}
