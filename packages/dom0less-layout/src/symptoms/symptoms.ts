import type { BootLog } from "@xgt/hypercall-log";
import type { LayoutModel } from "../model/layout-model.ts";
import { type AddressRange, overlaps, rangeText } from "../terms/address-range.ts";

/** A message that people see, and the rules that most often stand behind it. */
interface Symptom {
  readonly name: string;
  readonly pattern: RegExp;
  /** Ids, the likeliest first. */
  readonly rules: readonly string[];
  /** Why it leads there. */
  readonly explanation: string;
}

/** Known messages of Xen and of guests. */
export const symptoms: readonly Symptom[] = [
  {
    name: "cannot-request-region",
    pattern: /can't request region for resource \[mem 0x([0-9a-f]+)-0x([0-9a-f]+)/i,
    rules: ["L11", "L17", "L12"],
    explanation:
      "Linux refuses a register range that something else holds: mostly System RAM, because the domain is not 1:1 and its RAM (from 0x40000000 on) covers the device's address. An address where nothing is mapped would rather abort later (L17).",
  },
  {
    name: "ramdisk-not-found",
    pattern: /RAMDISK: Couldn't find valid RAM disk image/i,
    rules: ["L06", "L30", "L08", "L10"],
    explanation:
      "The kernel found the initrd's range and no image in it. Look at load addresses first: modules that overlap each other, Xen, a tree, reserved memory or a static bank (silent before 4.18), then at a module's reg that is smaller than the file. If both are right: is the image type built into the kernel, and is root=/dev/ram meant for it?",
  },
  {
    name: "iommu-not-enabled",
    pattern: /IOMMU is not enabled|IOMMU requested but not available/i,
    rules: ["L27", "L16"],
    explanation: "A partial device tree made an older Xen ask for an IOMMU context on a host without IOMMU.",
  },
  {
    name: "error-creating-domain",
    pattern: /Error creating domain \S+/i,
    rules: ["L27", "L35"],
    explanation:
      "Xen refused the domain before it was built: an IOMMU context without IOMMU, or too many vCPUs.",
  },
  {
    name: "static-mem-not-acquired",
    pattern: /failed to acquire static memory/i,
    rules: ["L05", "L06", "L04"],
    explanation: "The bank is no free host RAM: outside of the memory nodes, reserved, or taken by a module.",
  },
  {
    name: "static-mem-sum",
    pattern:
      /doesn't match up with the sum-up of "xen,static-mem"|Failed to (?:allocate|assign) requested static memory/i,
    rules: ["L03", "L05"],
    explanation: "memory and the banks of xen,static-mem differ.",
  },
  {
    name: "direct-map-without-static",
    pattern: /direct-map is not valid for domain/i,
    rules: ["L01"],
    explanation: "direct-map stands without xen,static-mem.",
  },
  {
    name: "region-overlap",
    pattern: /Region: \[0x[0-9a-f]+, 0x[0-9a-f]+\) overlapping with (?:bank|mod)/i,
    rules: ["L06"],
    explanation: "A bank, a module and a reservation share memory.",
  },
  {
    name: "kernel-module-missing",
    pattern: /Missing kernel boot module\?/i,
    rules: ["L06", "L41", "L30"],
    explanation:
      "Xen has no kernel for the domain: it dropped the module because it overlaps a bank, a reservation or another module, or there is none.",
  },
  {
    name: "guest-data-abort",
    pattern: /HSR=0x[0-9a-f]+.* gpa=(?:0x)?([0-9a-f]+)/i,
    rules: ["L17", "L12"],
    explanation:
      "The guest touched an address where nothing is mapped: reg of the partial tree and xen,reg differ.",
  },
  {
    name: "early-fdt",
    pattern: /Early FDT parsing failed/i,
    rules: ["L06", "L07", "L05", "L26"],
    explanation: "Xen gave up in its first pass over the tree; the line before names the node.",
  },
  {
    name: "first-bank",
    pattern: /Not enough memory in the first bank|Unable to find suitable location for dtb\+initrd/i,
    rules: ["L08"],
    explanation: "Kernel, DTB and initrd do not fit the first entry of xen,static-mem.",
  },
  {
    name: "copy-failed",
    pattern: /Unable to copy the (?:kernel|initrd|DTB)|Unable to copy the \S+ in/i,
    rules: ["L10"],
    explanation: "The images are copied after xen,reg was mapped; registers lie where they go.",
  },
  {
    name: "not-page-aligned",
    pattern: /DomU passthrough config has not page aligned/i,
    rules: ["L13"],
    explanation: "A number in xen,reg is no multiple of 4 KiB.",
  },
  {
    name: "reg-or-path-missing",
    pattern: /xen,reg or xen,path missing/i,
    rules: ["L14"],
    explanation: "xen,reg and xen,path go together.",
  },
  {
    name: "node-not-found",
    pattern: /Couldn't find node \S+ in host_dt/i,
    rules: ["L15"],
    explanation: "xen,path names no node of the host tree.",
  },
  {
    name: "irq-busy",
    pattern: /IRQ \d+ is already used by|Unable to map IRQ ?\d+/i,
    rules: ["L19", "L20"],
    explanation:
      "The interrupt has a taker: Dom0 where the host node has no xen,passthrough, Xen's UART, or another domain.",
  },
  {
    name: "device-not-assigned",
    pattern: /Failed to assign device to d\d+/i,
    rules: ["L16", "L13", "L15", "L19", "L20"],
    explanation:
      "Xen refused a node of the partial tree; the line before says why, or nothing where it is not forced.",
  },
  {
    name: "vpl011",
    pattern: /vpl011: (?:Can't|Unable to) re-use the Xen UART/i,
    rules: ["L23"],
    explanation: "The emulated UART of a direct-mapped domain needs Xen's own UART.",
  },
  {
    name: "serial-interrupt",
    pattern: /Error getting IRQ number for this serial port/i,
    rules: ["L38"],
    explanation: "A direct-mapped domain without nr_spis, and no UART with an interrupt.",
  },
  {
    name: "shared-memory-not-identity",
    pattern: /are not direct-mapped|physical address must be supplied for direct-mapped/i,
    rules: ["L26"],
    explanation: "Shared memory of a direct-mapped domain must be 1:1.",
  },
  {
    name: "vcpu-not-made",
    pattern: /Failed to allocate d\d+v\d+|Unable to find a re-distributor for VCPU/i,
    rules: ["L35"],
    explanation: "More vCPUs than the GIC layout has frames for.",
  },
  {
    name: "magic-page",
    pattern: /mfn 0x39\d{3} doesn't belong to d\d+|Error on alloc magic pages/i,
    rules: ["L28"],
    explanation:
      "The toolstack populated the xenstore page at a frame that a direct-mapped domain does not own.",
  },
  {
    name: "xenstore-missing",
    pattern: /Xenstore support requires dom0|xenstore requested, but xenstore domain not present/i,
    rules: ["L28"],
    explanation: "xen,enhanced asks for xenstore, and nobody serves it.",
  },
  {
    name: "dom0-memory",
    pattern: /Failed to allocate requested dom0 memory|Unable to allocate first memory bank/i,
    rules: ["L33", "L36"],
    explanation: "What static banks, modules and reservations leave is too little, or in pieces too small.",
  },
  {
    name: "rangeset-assertion",
    pattern: /Assertion 's <= e' failed/i,
    rules: ["L34"],
    explanation: "Xen without CONFIG_GRANT_TABLE took an empty window out of the extended regions.",
  },
  {
    name: "dma-error",
    pattern:
      /swiotlb buffer is full|DMA (?:addr|address) .{0,80}overflow|ADMA error|DMA error|xrdc.*(?:violation|error)|xmpu.*(?:violation|error)/i,
    rules: ["L24", "L39", "L37"],
    explanation: "A device cannot form the address, or a protection unit refused it.",
  },
];

/** A symptom with what its own text and the tree add. */
export interface Diagnosis {
  readonly symptom: Symptom;
  readonly text: string;
  /** Line of the log; null: given on the command line. */
  readonly line: number | null;
  /** Sentences about the addresses in the text, where a tree is at hand. */
  readonly details: readonly string[];
}

/** Finds the known messages in one text. */
export function diagnose(text: string, model: LayoutModel | null, line: number | null = null): Diagnosis[] {
  return symptoms.flatMap((symptom) => {
    const match = symptom.pattern.exec(text);
    if (match === null) return [];
    return [
      { symptom, text: text.trim(), line, details: model === null ? [] : addressDetails(match, model) },
    ];
  });
}

/** Finds the known messages in a log; each symptom once. */
export function diagnoseLog(log: BootLog, model: LayoutModel | null): Diagnosis[] {
  const found = new Map<string, Diagnosis>();
  for (const { line, text } of log.lines) {
    for (const diagnosis of diagnose(text, model, line)) {
      if (!found.has(diagnosis.symptom.name)) found.set(diagnosis.symptom.name, diagnosis);
    }
  }
  return [...found.values()];
}

/** What lies at the addresses that a message names, in every domain. */
function addressDetails(match: RegExpExecArray, model: LayoutModel): string[] {
  if (match[1] === undefined) return [];
  const start = BigInt(`0x${match[1].slice(0, 16)}`);
  const end = BigInt(`0x${(match[2] ?? match[1]).slice(0, 16)}`);
  const range: AddressRange = { start, size: end < start ? 1n : end - start + 1n };
  const device = model.host.devices.findLast(({ registers }) =>
    registers.some((own) => overlaps(own, range)),
  );
  const details: string[] = [];
  if (device !== undefined) details.push(`${rangeText(range)} is ${device.node.path} on the host.`);
  for (const guest of model.domains) {
    const bank = guest.ram.find((ram) => overlaps(ram, range));
    const map = guest.directMap ? "direct-mapped" : "not direct-mapped";
    if (bank !== undefined) {
      details.push(
        `${guest.config.name} is ${map}, and the range lies inside its RAM (${rangeText(bank)}): L11.`,
      );
    } else if (guest.assigned.some((assigned) => overlaps(assigned, range))) {
      details.push(`${guest.config.name} has the range by xen,reg, outside of its RAM.`);
    } else {
      details.push(`In ${guest.config.name} nothing is mapped at ${rangeText(range)}.`);
    }
  }
  return details;
}
