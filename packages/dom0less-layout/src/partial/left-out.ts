import type { DtNode } from "../tree/device-tree.ts";
import type { PartialNote } from "./partial-note.ts";

/** What it means that a property is left out. */
interface Omission {
  readonly name: RegExp;
  /** What follows "resets left out: ". */
  readonly why: string;
  /** The driver gives up without it. */
  readonly counts: boolean;
}

const OMISSIONS: readonly Omission[] = [
  {
    name: /^resets$/,
    why: "the reset controller stays with the host, which must leave the device out of reset; a driver that insists on a reset will not probe",
    counts: false,
  },
  {
    name: /^power-domains$/,
    why: "the power controller stays with the host, which must keep the domain on (pd_ignore_unused on Dom0's command line)",
    counts: false,
  },
  {
    name: /^(?:clocks)$/,
    why: "no rate is known for a fixed-clock in their place, and the driver will not probe without them; name one with --clock",
    counts: true,
  },
  {
    name: /^(?:phy-handle|phy|phys|usb-phy|pcs-handle)$/,
    why: "the PHY hangs on a node that is not passed through; the driver finds none unless the two go to the domain together",
    counts: true,
  },
  { name: /^(?:pinctrl-\d+)$/, why: "the pins stay as the host or its firmware has set them", counts: false },
  {
    name: /^msi-(?:parent|map|map-mask)$/,
    why: "a domU has no ITS and no other controller of the host's for message-signalled interrupts, so none arrives",
    counts: true,
  },
  {
    name: /^dmas$/,
    why: "the DMA controller stays with the host: the driver works without it, or not",
    counts: false,
  },
  {
    name: /^memory-region$/,
    why: "the reserved memory is the host's; a driver that needs it will not probe",
    counts: false,
  },
  {
    name: /^(?:(?:.+-)?gpios?)$/,
    why: "the lines stay with the host (card detection, resets and enables by GPIO do not work)",
    counts: false,
  },
];

const OTHER: Omission = { name: /./, why: "they refer to nodes that stay with the host", counts: false };

/** Notes about the properties of a node that were left out, one for each reason. */
export function omissionNotes(node: DtNode, names: readonly string[]): PartialNote[] {
  const byReason = new Map<Omission, string[]>();
  for (const name of names) {
    const reason = OMISSIONS.find((candidate) => candidate.name.test(name)) ?? OTHER;
    byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  }
  return [...byReason].map(([{ why, counts }, list]) => {
    return { text: `${node.path}: ${list.join(", ")} left out: ${why}`, counts };
  });
}

/** Names that go with a list of references and leave with it. */
export const NAMES_OF: Readonly<Record<string, string>> = {
  "clock-names": "clocks",
  "pinctrl-names": "pinctrl-0",
  "reset-names": "resets",
  "dma-names": "dmas",
  "phy-names": "phys",
  "power-domain-names": "power-domains",
  "interconnect-names": "interconnects",
  "mbox-names": "mboxes",
  "nvmem-cell-names": "nvmem-cells",
  "io-channel-names": "io-channels",
  "memory-region-names": "memory-region",
  "pwm-names": "pwms",
  "thermal-sensor-names": "thermal-sensors",
  "mux-control-names": "mux-controls",
  "hwlock-names": "hwlocks",
};
