import type { AddressRange } from "../terms/address-range.ts";
import { FIRST_SPI } from "../terms/emulated-hardware.ts";
import { inheritedCells, rangesIn, registersOf } from "../tree/bus-address.ts";
import {
  baseName,
  cellsOf,
  childNamed,
  type DeviceTree,
  type DtNode,
  isCompatible,
  isEnabled,
  nodeAt,
  numberAt,
  phandleIndex,
  textOf,
  walk,
} from "../tree/device-tree.ts";
import { gicNumber, interruptsOf } from "../tree/interrupts.ts";
import { type BootModule, hostModulesOf } from "./boot-module.ts";
import { type HostGic, hostGic } from "./host-gic.ts";
import { xenArguments } from "./xen-arguments.ts";

/** A range of host memory that somebody else holds. */
export interface ReservedRange extends AddressRange {
  /** "/reserved-memory/optee@bc000000", "/memreserve/". */
  readonly name: string;
  /** Null: no node names it. */
  readonly node: DtNode | null;
  /** Who said so. */
  readonly kind: "reserved-memory" | "memreserve" | "static-heap" | "spin-table" | "boot-log" | "user";
}

/** A device of the host with the CPU addresses of its registers and its interrupts. */
export interface HostDevice {
  readonly node: DtNode;
  /** CPU addresses; what no bus passes on is left out. */
  readonly registers: readonly AddressRange[];
  /** GIC numbers, 32 and up: what Xen routes (arch/arm/device.c:map_device_irqs_to_domain@master). */
  readonly spis: readonly number[];
  /** GIC numbers below 32: they belong to one CPU, and Xen routes none to a domain. */
  readonly locals: readonly number[];
  /** Interrupts that end at another controller than the GIC, which Xen leaves out. */
  readonly unrouted: readonly { readonly controller: DtNode; readonly cells: readonly number[] }[];
  /** Interrupts whose chain of parents and maps ends nowhere; Xen stops there. */
  readonly lost: number;
}

/** The UART that Xen uses. */
interface HostUart {
  readonly node: DtNode;
  readonly registers: AddressRange | null;
  readonly spi: number | null;
}

/** What a host device tree says about the machine. */
export interface HostPlatform {
  /** The tree that all of this was read from. */
  readonly tree: DeviceTree;
  /** Nodes by phandle. */
  readonly phandles: ReadonlyMap<number, DtNode>;
  /** Banks of the memory nodes, else of the boot log. */
  readonly ram: readonly AddressRange[];
  /** Memory that no domain may be given. */
  readonly reserved: readonly ReservedRange[];
  /** Null: no controller that Xen drives. */
  readonly gic: HostGic | null;
  /** Null: the tree and Xen's command line name none. */
  readonly uart: HostUart | null;
  /** Nodes with reg, outside of /cpus, /memory and the like. */
  readonly devices: readonly HostDevice[];
  /** Nodes that Xen drives; empty with iommu=no. */
  readonly iommus: readonly DtNode[];
  /** CPUs that are not disabled. */
  readonly cpus: number;
  /** Boot modules directly under /chosen: Dom0's and Xen's own. */
  readonly modules: readonly BootModule[];
  /** A kernel for Dom0 is among the modules. */
  readonly dom0: boolean;
  /** Words of Xen's command line; one without = has "". */
  readonly arguments: ReadonlyMap<string, string>;
}

/** Protection units that Xen has drivers for (drivers/passthrough/arm/{smmu,smmu-v3,ipmmu-vmsa}.c@master). */
const IOMMUS: readonly string[] = [
  "arm,smmu-v1",
  "arm,smmu-v2",
  "arm,mmu-400",
  "arm,mmu-401",
  "arm,mmu-500",
  "arm,smmu-v3",
  "renesas,ipmmu-r8a7795",
  "renesas,ipmmu-r8a77965",
  "renesas,ipmmu-r8a7796",
  "renesas,ipmmu-r8a77961",
  "renesas,ipmmu-r8a779f0",
  "renesas,ipmmu-r8a779g0",
];

/** Reads the machine out of a host tree. Nothing is refused: what is missing is missing in the result. */
export function readHost(tree: DeviceTree): HostPlatform {
  const phandles = phandleIndex(tree);
  const chosen = childNamed(tree.root, "chosen");
  const args = xenArguments(chosen);
  const gic = hostGic(tree);
  const machine = { phandles, gic };
  const devices: HostDevice[] = [];
  for (const node of walk(tree.root)) {
    if (node.properties.has("reg") && isDevice(node)) devices.push(readDevice(node, machine));
  }
  const modules = chosen === null ? [] : hostModulesOf(chosen);
  return {
    tree,
    phandles,
    ram: memoryBanks(tree),
    reserved: reservedRanges(tree, chosen),
    gic,
    uart: hostUart(tree, chosen, args, machine),
    devices,
    iommus: isOff(args.get("iommu") ?? "") ? [] : iommusOf(tree),
    cpus: countCpus(tree),
    modules,
    dom0: modules.some((module) => module.kind === "kernel"),
    arguments: args,
  };
}

function isOff(value: string): boolean {
  return value.split(",").some((part) => ["no", "off", "0", "false", "disable"].includes(part));
}

function iommusOf(tree: DeviceTree): DtNode[] {
  return [...walk(tree.root)].filter((node) => isEnabled(node) && isCompatible(node, ...IOMMUS));
}

/** Nodes below these describe no device registers. */
const NO_DEVICES = new Set(["memory", "reserved-memory", "chosen", "cpus", "__symbols__", "aliases"]);

function isDevice(node: DtNode): boolean {
  for (let at: DtNode | null = node; at?.parent; at = at.parent) {
    if (at.parent.parent === null && NO_DEVICES.has(baseName(at))) return false;
  }
  return node.parent !== null;
}

/** A device's registers and interrupts. Of the host only what the interrupts are followed by is needed. */
export function readDevice(node: DtNode, host: Pick<HostPlatform, "phandles" | "gic">): HostDevice {
  const registers = registersOf(node).filter((range) => range !== null && range.size > 0n);
  const spis: number[] = [];
  const locals: number[] = [];
  const unrouted: { controller: DtNode; cells: readonly number[] }[] = [];
  let lost = 0;
  for (const { controller, cells } of interruptsOf(node, host.phandles)) {
    const number = controller === host.gic?.node ? gicNumber(cells) : null;
    if (controller === null) lost++;
    else if (controller !== host.gic?.node) unrouted.push({ controller, cells });
    else if (number === null) lost++;
    else (number >= FIRST_SPI ? spis : locals).push(number);
  }
  return { node, registers: registers as AddressRange[], spis, locals, unrouted, lost };
}

function memoryBanks(tree: DeviceTree): AddressRange[] {
  const nodes = tree.root.children.filter(
    (node) => baseName(node) === "memory" && textOf(node, "device_type") === "memory" && isEnabled(node),
  );
  return nodes.flatMap(registersOf).filter((range) => range !== null && range.size > 0n) as AddressRange[];
}

function reservedRanges(tree: DeviceTree, chosen: DtNode | null): ReservedRange[] {
  const result: ReservedRange[] = tree.reservations.map(({ start, size }) => {
    return { start, size, name: "/memreserve/", node: null, kind: "memreserve" };
  });
  const parent = childNamed(tree.root, "reserved-memory");
  for (const node of parent?.children ?? []) {
    if (!isEnabled(node)) continue;
    for (const range of registersOf(node)) {
      if (range !== null && range.size > 0n) {
        result.push({ ...range, name: node.path, node, kind: "reserved-memory" });
      }
    }
  }
  return [...result, ...spinTables(tree), ...staticHeap(chosen)];
}

/** Words that parked CPUs read; the page around one must stay as firmware left it. */
function spinTables(tree: DeviceTree): ReservedRange[] {
  const cpus = childNamed(tree.root, "cpus");
  return (cpus?.children ?? []).flatMap((node) => {
    const cells = cellsOf(node, "cpu-release-addr");
    if (textOf(node, "enable-method") !== "spin-table" || cells.length === 0) return [];
    const start = numberAt(cells, 0, cells.length);
    return [{ start, size: 8n, name: `${node.path} cpu-release-addr`, node, kind: "spin-table" as const }];
  });
}

function staticHeap(chosen: DtNode | null): ReservedRange[] {
  if (chosen === null || !chosen.properties.has("xen,static-heap")) return [];
  const counts = inheritedCells(chosen.parent ?? chosen);
  return rangesIn(cellsOf(chosen, "xen,static-heap"), counts).map((range) => {
    return { ...range, name: "xen,static-heap", node: chosen, kind: "static-heap" };
  });
}

function hostUart(
  tree: DeviceTree,
  chosen: DtNode | null,
  args: ReadonlyMap<string, string>,
  machine: Pick<HostPlatform, "phandles" | "gic">,
): HostUart | null {
  const path = args.get("dtuart") ?? (chosen === null ? null : textOf(chosen, "stdout-path"));
  const node = path ? nodeAt(tree, path.split(":")[0]) : null;
  if (node === null) return null;
  const { registers, spis } = readDevice(node, machine);
  return { node, registers: registers[0] ?? null, spi: spis[0] ?? null };
}

function countCpus(tree: DeviceTree): number {
  const cpus = childNamed(tree.root, "cpus")?.children ?? [];
  return cpus.filter((node) => textOf(node, "device_type") === "cpu" && textOf(node, "status") !== "disabled")
    .length;
}
