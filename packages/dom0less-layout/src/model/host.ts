import type { AddressRange } from "../terms/address-range.ts";
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
import { type BootModule, bootModulesOf } from "./boot-module.ts";
import { type HostGic, hostGic } from "./host-gic.ts";
import { xenArguments } from "./xen-arguments.ts";

/** A range of host memory that somebody else holds. */
export interface ReservedRange extends AddressRange {
  /** "/reserved-memory/optee@bc000000", "/memreserve/". */
  readonly name: string;
  readonly node: DtNode | null;
  readonly kind: "reserved-memory" | "memreserve" | "static-heap" | "spin-table" | "user";
}

/** A device of the host with the CPU addresses of its registers and its interrupts at the GIC. */
export interface HostDevice {
  readonly node: DtNode;
  readonly registers: readonly AddressRange[];
  /** GIC numbers, 32 and up. */
  readonly spis: readonly number[];
}

/** The UART that Xen uses. */
interface HostUart {
  readonly node: DtNode;
  readonly registers: AddressRange | null;
  readonly spi: number | null;
}

/** What a host device tree says about the machine. */
export interface HostPlatform {
  readonly tree: DeviceTree;
  readonly phandles: ReadonlyMap<number, DtNode>;
  readonly ram: readonly AddressRange[];
  readonly reserved: readonly ReservedRange[];
  readonly gic: HostGic | null;
  readonly uart: HostUart | null;
  readonly devices: readonly HostDevice[];
  readonly iommus: readonly DtNode[];
  /** CPUs that are not disabled. */
  readonly cpus: number;
  /** Boot modules directly under /chosen: Dom0's and Xen's own. */
  readonly modules: readonly BootModule[];
  /** A kernel for Dom0 is among the modules. */
  readonly dom0: boolean;
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
  const devices: HostDevice[] = [];
  for (const node of walk(tree.root)) {
    if (node.properties.has("reg") && isDevice(node)) devices.push(readDevice(node, phandles));
  }
  const modules = chosen === null ? [] : bootModulesOf(chosen, true);
  return {
    tree,
    phandles,
    ram: memoryBanks(tree),
    reserved: reservedRanges(tree, chosen),
    gic: hostGic(tree),
    uart: hostUart(tree, chosen, args, phandles),
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

/** A device's registers and interrupts. */
export function readDevice(node: DtNode, phandles: ReadonlyMap<number, DtNode>): HostDevice {
  const registers = registersOf(node).filter((range) => range !== null && range.size > 0n);
  const spis = interruptsOf(node, phandles)
    .filter(({ controller }) => controller === null || isCompatible(controller, ...GIC_NAMES))
    .map(({ cells }) => gicNumber(cells))
    .filter((number) => number !== null);
  return { node, registers: registers as AddressRange[], spis };
}

/** `compatible` names of controllers that Xen drives (asm/gic.h: DT_MATCH_GIC_V2, _V3). */
export const GIC_NAMES: readonly string[] = [
  "arm,gic-400",
  "arm,cortex-a15-gic",
  "arm,cortex-a7-gic",
  "arm,gic-v3",
];

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
  phandles: ReadonlyMap<number, DtNode>,
): HostUart | null {
  const path = args.get("dtuart") ?? (chosen === null ? null : textOf(chosen, "stdout-path"));
  const node = path ? nodeAt(tree, path.split(":")[0]) : null;
  if (node === null) return null;
  const { registers, spis } = readDevice(node, phandles);
  return { node, registers: registers[0] ?? null, spi: spis[0] ?? null };
}

function countCpus(tree: DeviceTree): number {
  const cpus = childNamed(tree.root, "cpus")?.children ?? [];
  return cpus.filter((node) => textOf(node, "device_type") === "cpu" && textOf(node, "status") !== "disabled")
    .length;
}
