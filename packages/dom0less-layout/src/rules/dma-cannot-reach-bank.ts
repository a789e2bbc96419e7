import { loggedBanks } from "../model/given-boot-log.ts";
import { assignedNodes, freeRam, type LayoutModel } from "../model/layout-model.ts";
import { type DmaReach, dmaReach } from "../reach/dma-reach.ts";
import { type AddressRange, intersectAll, rangeText, subtract } from "../terms/address-range.ts";
import { type DtNode, isEnabled } from "../tree/device-tree.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutReport, LayoutRule } from "./layout-rule.ts";

const FOUR_GIB = 1n << 32n;

/** A device that masters the bus must reach its guest's memory. */
export const dmaCannotReachBank: LayoutRule = {
  id: "L24",
  name: "dma-cannot-reach-bank",
  severity: "error",
  outcome: "silent",
  what: "Every bank of a direct-mapped domain is within reach of the DMA of every device given to it: dma-ranges, address width, protection windows.",
  why: "Without an IOMMU the device uses the guest's frame numbers as machine addresses; what it cannot address it cannot transfer.",
  consequence:
    "Linux falls back to bounce buffers that lie out of reach too: transfers fail, or the protection unit reports an access error.",
  fix: "Put the domain's banks below the limit, or widen the window for that bus master.",
  source:
    "Linux drivers/of/address.c:of_dma_get_range@6.1; common/device-tree/static-memory.c:assign_static_memory_11@4.21..master",
  passing: passthroughExample({}, {}, { bus: "dma-ranges = <0x80000000 0x0 0x80000000 0x40000000>;" }),
  failing: passthroughExample({}, {}, { bus: "dma-ranges = <0x80000000 0x0 0x80000000 0x20000000>;" }),
  check(model, host) {
    for (const report of dom0Reports(model)) host.report(report);
    for (const guest of model.domains.filter((domain) => domain.directMap)) {
      for (const { node, host: device } of assignedNodes(guest)) {
        if (device === null) continue;
        const reach = dmaReach(device, model.masters);
        if (!reach.master) continue;
        const missing = subtract(guest.ram, reach.reachable);
        const place = { domain: guest, node: guest.config.node, property: "xen,static-mem" };
        const notes = [
          { message: `passed through here`, node },
          { message: "host node", node: device.node },
        ];
        for (const range of missing) {
          const message = `${guest.config.name}: DMA of ${device.node.path} does not reach ${rangeText(range)} of its memory (${reach.limits.join(", ")})`;
          host.report({ ...place, message, range, notes });
        }
        const high = guest.ram.find((bank) => bank.start + bank.size > FOUR_GIB);
        if (reach.limits.length === 0 && high !== undefined) {
          const message = `${guest.config.name}: bank ${rangeText(high)} lies above 4 GiB; ${device.node.path} reaches it only if it forms addresses of more than 32 bits, which the tree does not say`;
          host.report({
            ...place,
            message,
            range: high,
            severity: "info",
            outcome: "advice",
            certain: false,
            notes,
          });
        }
      }
    }
  },
};

/**
 * Devices that stay with Dom0, one report a bus. Dom0 copies through buffers in the memory that a device reaches, so it is
 * enough that there is some; its banks are in the boot log, else only what is free tells.
 */
function dom0Reports(model: LayoutModel): LayoutReport[] {
  const logged = model.input.bootLog?.log.facts.domains.get(0);
  const banks = logged === undefined ? [] : loggedBanks(logged);
  const memory = banks.length > 0 ? banks : freeRam(model);
  if ((!model.dom0 && banks.length === 0) || memory.length === 0) return [];
  const given = new Set<DtNode>();
  for (const guest of model.domains)
    for (const { host } of assignedNodes(guest)) if (host) given.add(host.node);
  const byBus = new Map<DtNode, DmaReach[]>();
  for (const device of model.host.devices) {
    const { node } = device;
    if (!isEnabled(node) || node.properties.has("xen,passthrough") || given.has(node)) continue;
    if (node.properties.has("iommus") && model.host.iommus.length > 0) continue;
    const reach = dmaReach(device, model.masters);
    if (!reach.master || reach.bus === null || intersectAll(memory, reach.reachable).length > 0) continue;
    byBus.set(reach.bus, [...(byBus.get(reach.bus) ?? []), reach]);
  }
  return [...byBus].map(([bus, reaches]) => dom0Report(bus, reaches, memory, logged?.memoryLine ?? null));
}

function dom0Report(
  bus: DtNode,
  [first, ...others]: readonly DmaReach[],
  memory: readonly AddressRange[],
  line: number | null,
): LayoutReport {
  const what = others.length === 0 ? first.node.path : `${first.node.path} and ${others.length} more devices`;
  const has = line === null ? "all that is free for Dom0 is" : "Dom0 has";
  return {
    message: `DMA of ${what} reaches none of Dom0's memory: ${has} ${memory.map(rangeText).join(", ")}, and they reach ${first.reachable.map(rangeText).join(", ")} (${first.limits.join(", ")})`,
    ...(line === null || line === 0 ? { node: bus, property: "dma-ranges" } : { logLine: line }),
    range: memory[0],
    fix: "Leave memory that the devices reach free for Dom0 (Xen gives it low memory first where there is some: a smaller dom0_mem, static banks higher up), or use a Xen with a dma_bitsize for the platform.",
    notes: [{ message: "the bus", node: bus }],
  };
}
