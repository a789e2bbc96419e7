import { assignedNodes } from "../model/layout-model.ts";
import { hostRange, isFirmwareMailbox } from "../model/passthrough.ts";
import { overlaps, rangeText } from "../terms/address-range.ts";
import { type DtNode, isCompatible, isEnabled } from "../tree/device-tree.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** Pages are coarser than registers. */
export const pageSharedWithOtherDevice: LayoutRule = {
  id: "L42",
  name: "page-shared-with-other-device",
  severity: "warning",
  outcome: "silent",
  what: "The host pages of xen,reg hold registers of the passed-through device only.",
  why: "The second stage maps 4 KiB; a neighbour within the page is handed over too, and another domain keeps it mapped.",
  consequence: "Two owners program the neighbour: a UART, a clock gate or a watchdog of Dom0 or Xen.",
  fix: "Give both devices to the same domain, or leave the device with the domain that owns the page.",
  source:
    "common/device-tree/dom0less-build.c:handle_passthrough_prop@4.21..master (arch/arm/domain_build.c@4.16..4.18): maps whole pages, does not look at other nodes",
  passing: passthroughExample(),
  failing: passthroughExample(
    {},
    {},
    { soc: 'gpio@10020800 { compatible = "example,gpio"; reg = <0x10020800 0x100>; };' },
  ),
  check(model, host) {
    for (const guest of model.domains) {
      const own = assignedNodes(guest).flatMap(({ host: device }) => (device === null ? [] : [device.node]));
      for (const { node, xenReg } of assignedNodes(guest)) {
        for (const row of xenReg.map(hostRange)) {
          for (const device of model.host.devices) {
            if (!isEnabled(device.node) || own.some((mine) => isRelated(mine, device.node))) continue;
            const shared = device.registers.find((registers) => overlaps(registers, row));
            if (shared === undefined) continue;
            const message = `${guest.config.name}: ${node.path} maps ${rangeText(row)}, where ${device.node.path} has registers (${rangeText(shared)})`;
            const notes = [{ message: "the other device", node: device.node }];
            const place = { domain: guest, node, property: "xen,reg", range: row };
            // The host's node of the same shared memory, or the SRAM that it lies in.
            const same = isFirmwareMailbox(node) && isCompatible(device.node, "arm,scmi-shmem", "mmio-sram");
            if (same) host.report({ ...place, message, notes, severity: "info", outcome: "advice" });
            else host.report({ ...place, message, notes });
          }
        }
      }
    }
  },
};

/** A node itself, and what lies above or below it, is the same device. */
function isRelated(mine: DtNode, other: DtNode): boolean {
  return mine === other || other.path.startsWith(`${mine.path}/`) || mine.path.startsWith(`${other.path}/`);
}
