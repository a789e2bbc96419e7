import { cells, flag, type PlanProperty, split, strings } from "../emit/plan-node.ts";
import { bridgeWindows, isPciBridge } from "../model/pci-bridge.ts";
import type { WantedDevice } from "../request/wanted-device.ts";
import { type AddressRange, joined, pagesOf } from "../terms/address-range.ts";
import { type CellCounts, childCells, registersOf, translate, translations } from "../tree/bus-address.ts";
import { cellsOf, type DtNode, numberAt, stringsOf } from "../tree/device-tree.ts";
import { rawProperty } from "./raw-property.ts";

/** `reg` and what goes with it. */
interface CopiedRegisters {
  readonly properties: PlanProperty[];
  /** The first address as the guest has it; null: no register that the CPU addresses. */
  readonly first: bigint | null;
  /** The node has xen,path: Xen routes its interrupts. */
  readonly assigned: boolean;
}

/** reg, ranges, dma-ranges, and for registers xen,reg with xen,path. `counts`: cells of the parent in the partial tree. */
export function copiedRegisters(node: DtNode, device: WantedDevice, counts: CellCounts): CopiedRegisters {
  const properties: PlanProperty[] = [];
  const top = node === device.device.node;
  const own = registersOf(node);
  const kept = own.map((range) => range !== null && range.size > 0n);
  const registers = own.filter((range): range is AddressRange => range !== null && range.size > 0n);
  if (top && registers.length > 0) {
    properties.push(
      cells("reg", ...registers.flatMap(({ start, size }) => [...split(start, 2), ...split(size, 2)])),
    );
  } else if (!top && node.properties.has("reg")) {
    properties.push(rawProperty(node, "reg"));
  }
  const names = stringsOf(node, "reg-names").filter((_, i) => !top || kept[i]);
  if (names.length > 0) properties.push(strings("reg-names", ...names));
  properties.push(...copiedRanges(node, top, counts), ...copiedDmaRanges(node, top));
  const windows = top && isPciBridge(node) ? bridgeWindows(node) : [];
  const pages = joined([...registers.map(pagesOf), ...windows]);
  const assignment = xenProperties(node, pages, device, counts);
  return {
    properties: [...properties, ...assignment],
    first: registers[0]?.start ?? null,
    assigned: assignment.length > 0,
  };
}

function xenProperties(
  node: DtNode,
  pages: readonly AddressRange[],
  device: WantedDevice,
  counts: CellCounts,
): PlanProperty[] {
  const bits = BigInt(32 * counts.address);
  const fits = pages.every(
    ({ start, size }) => start + size <= 1n << bits && size < 1n << BigInt(32 * counts.size),
  );
  // Xen takes 1 or 2 cells for each (handle_passthrough_prop@master).
  if (
    pages.length === 0 ||
    counts.address < 1 ||
    counts.address > 2 ||
    counts.size < 1 ||
    counts.size > 2 ||
    !fits
  ) {
    return [];
  }
  const rows = pages.flatMap(({ start, size }) => {
    const address = split(start, counts.address);
    return [...address, ...split(size, counts.size), ...address];
  });
  const force = device.protected ? [] : [flag("xen,force-assign-without-iommu")];
  return [cells("xen,reg", ...rows), strings("xen,path", node.path), ...force];
}

/** Rows of ranges with the CPU's addresses in 2 cells on the parent's side, as /passthrough has them. */
function copiedRanges(node: DtNode, top: boolean, counts: CellCounts): PlanProperty[] {
  const property = node.properties.get("ranges");
  if (property === undefined) return [];
  const own = childCells(node);
  if (!top) return [rawProperty(node, "ranges")];
  const rows = translations(node, "ranges");
  if (rows === "identity") {
    const isSame = own.address === counts.address && own.size === counts.size;
    if (isSame) return [flag("ranges")];
  } else if (rows !== null && own.address > 2) {
    return [recelledRanges(node, own)];
  }
  const values = node.children.flatMap((child) => {
    const raw = rawRegisters(child, own);
    return registersOf(child).flatMap((cpu, i) => {
      if (cpu === null || raw[i] === undefined) return [];
      return [...split(raw[i].start, own.address), ...split(cpu.start, 2), ...split(cpu.size, own.size)];
    });
  });
  return values.length === 0 ? [] : [cells("ranges", ...values)];
}

/** `ranges` whose child side keeps its cells (PCI: flags and 64 bits); windows that no bus above passes on are left out. */
function recelledRanges(node: DtNode, own: CellCounts): PlanProperty {
  const parentCells = node.parent === null ? 2 : childCells(node.parent).address;
  const step = own.address + parentCells + own.size;
  const all = cellsOf(node, "ranges");
  const values: (bigint | number)[] = [];
  for (let at = 0; step > 0 && at + step <= all.length; at += step) {
    const size = numberAt(all, at + own.address + parentCells, own.size);
    const cpu = translate(node, { start: numberAt(all, at + own.address, parentCells), size });
    if (cpu === null) continue;
    const sizeCells = all.slice(at + own.address + parentCells, at + step);
    values.push(...all.slice(at, at + own.address), ...split(cpu.start, 2), ...sizeCells);
  }
  return cells("ranges", ...values);
}

/** A bus's own dma-ranges: the parent's side in 2 cells for the device itself, as it is below. */
function copiedDmaRanges(node: DtNode, top: boolean): PlanProperty[] {
  const property = node.properties.get("dma-ranges");
  if (property === undefined) return [];
  if (!top || property.data.length === 0) return top ? [] : [rawProperty(node, "dma-ranges")];
  const own = childCells(node);
  const parentCells = node.parent === null ? 2 : childCells(node.parent).address;
  const step = own.address + parentCells + own.size;
  const all = cellsOf(node, "dma-ranges");
  const values: (bigint | number)[] = [];
  for (let at = 0; step > 0 && at + step <= all.length; at += step) {
    const parent = numberAt(all, at + own.address, parentCells);
    values.push(...all.slice(at, at + own.address), ...split(parent, 2));
    values.push(...all.slice(at + own.address + parentCells, at + step));
  }
  return values.length === 0 ? [] : [cells("dma-ranges", ...values)];
}

function rawRegisters(node: DtNode, counts: CellCounts): AddressRange[] {
  const values = cellsOf(node, "reg");
  const step = counts.address + counts.size;
  const result: AddressRange[] = [];
  for (let at = 0; step > 0 && at + step <= values.length; at += step) {
    result.push({
      start: numberAt(values, at, counts.address),
      size: numberAt(values, at + counts.address, counts.size),
    });
  }
  return result;
}
