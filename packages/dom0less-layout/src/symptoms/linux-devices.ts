import type { Symptom } from "./symptom.ts";

/** What Linux says in a guest about devices that it was given. */
export const linuxDeviceSymptoms: readonly Symptom[] = [
  {
    name: "cannot-request-region",
    pattern: /can't request region for resource \[mem 0x([0-9a-f]+)-0x([0-9a-f]+)/i,
    rules: ["L11", "L17", "L12"],
    cause:
      "Linux refuses a register range that something else holds: mostly System RAM, because the domain is not 1:1 and its RAM (from 0x40000000 on) covers the device's address. An address where nothing is mapped would rather abort later (L17).",
    fix: "Map the domain 1:1 (direct-map with xen,static-mem), or map the device at a free guest address and write it into reg.",
    addresses: true,
  },
  {
    name: "irq-index",
    pattern: /IRQ index \d+ not found|irq: no irq domain found|failed to get irq/i,
    rules: ["L44", "L18", "L46"],
    cause:
      "The node in the guest's tree has no interrupt that leads to a controller: interrupts were left out because their controller is not the GIC, interrupt-parent is missing, or it names a node that was not copied.",
    fix: "Write interrupts and interrupt-parent = <&gic> into the partial tree's node, with the numbers that the host's GIC has.",
  },
  {
    name: "clock-missing",
    pattern:
      /failed to get (?:macb_clk|\S*clk|clock)|\bclk\w* clock not found|Failed to get .{0,30}clk|clock not found/i,
    rules: ["L46"],
    cause:
      "The driver asks for clocks that the partial tree has not: the clock controller stayed with the host.",
    fix: "Add fixed-clock nodes and name them in clocks and clock-names (xgt layout plan does, --clock tells rates); keep the host's on with clk_ignore_unused.",
  },
  {
    name: "deferred-probe",
    pattern: /deferred probe pending|probe deferral|supplier .{0,80} not ready/i,
    rules: ["L46"],
    cause:
      "A supplier that the node refers to never comes: a clock, regulator, reset, PHY, GPIO or power domain that stayed with the host. The message, or /sys/kernel/debug/devices_deferred, names it.",
    fix: "Add a node that stands in (fixed-clock, regulator-fixed), or leave the property out of the partial tree.",
  },
  {
    name: "zynqmp-firmware",
    pattern:
      /zynqmp_\w+\(?\)?.{0,80}(?:request failed|failed).{0,60}|Failed to (?:get|enable) power domain|zynqmp.{0,60}-13/i,
    rules: ["L46"],
    cause:
      "Xen lets only the hardware domain, and domains with the device's power node, call the firmware (EEMI); the guest's request was refused with -13.",
    fix: "Leave power-domains, clocks and resets of zynqmp out of the partial tree; let Dom0 keep the node on (pd_ignore_unused, clk_ignore_unused).",
  },
  {
    name: "reset-missing",
    pattern:
      /failed to get (?:\S+ )?reset|Failed to get reset control|reset control .{0,40}(?:not found|missing)/i,
    rules: ["L46"],
    cause: "The driver insists on a reset whose controller stayed with the host.",
    fix: "Pass the reset controller through too where it is the device's own; else use a driver in which the reset is optional.",
  },
  {
    name: "regulator-missing",
    pattern: /supply \S+ not found, using dummy regulator|failed to get (?:\S+ )?(?:regulator|supply)/i,
    rules: ["L46"],
    cause:
      'A supply is not in the guest\'s tree. With "using dummy regulator" Linux goes on, and only voltages cannot be read.',
    fix: "Nothing where a dummy is used; else add a regulator-fixed with the host's voltage.",
  },
  {
    name: "phy-missing",
    pattern:
      /(?:could not|unable to|failed to) (?:find|attach to|connect to|get) (?:a |the )?PHY|no PHY found|phy .{0,30}not found/i,
    rules: ["L46"],
    cause: "The PHY hangs on another controller's MDIO bus, or its node was not copied.",
    fix: "Pass both controllers to one domain, or describe the link as a fixed-link.",
  },
  {
    name: "dma-error",
    pattern:
      /swiotlb buffer is full|DMA (?:addr|address) .{0,80}overflow|ADMA error|DMA error|xrdc.*(?:violation|error)|xmpu.*(?:violation|error)/i,
    rules: ["L24", "L39", "L37"],
    cause: "A device cannot form the address, or a protection unit refused it.",
    fix: "Place the domain's banks where the device reaches (xgt layout check prints what), or open the protection unit's window.",
  },
];
