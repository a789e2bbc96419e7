import { GIC_NAMES, type HostPlatform } from "../model/host.ts";
import { type AddressRange, joined, pagesOf } from "../terms/address-range.ts";
import {
  type CellCounts,
  childCells,
  registersOf,
  type Translation,
  translations,
} from "../tree/bus-address.ts";
import {
  cellOf,
  cellsIn,
  cellsOf,
  type DtNode,
  isCompatible,
  numberAt,
  phandleOf,
  walk,
} from "../tree/device-tree.ts";
import { gicNumber, interruptsOf } from "../tree/interrupts.ts";
import { cells, dtsBody, flag, type PlanNode, type PlanProperty, split, strings } from "./plan-node.ts";
import type { WantedDevice } from "./wanted-device.ts";

/** Cells of the planned /passthrough bus. */
const BUS_CELLS: CellCounts = { address: 2, size: 2 };

/** Properties that are made anew, or are no business of the guest. */
const REPLACED = new Set([
  "reg",
  "ranges",
  "dma-ranges",
  "interrupt-parent",
  "interrupts",
  "interrupts-extended",
  "status",
  "phandle",
  "linux,phandle",
  "xen,passthrough",
  "iommus",
  "mmu-masters",
]);

/** Properties that refer to other nodes by phandle in their first cell. */
const REFERENCES =
  /^(?:clocks|assigned-clocks|assigned-clock-parents|resets|power-domains|pinctrl-\d+|dmas|phys|usb-phy|phy-handle|(?:[\w,-]+-)?gpios?|[\w,-]+-supply|interconnects|nvmem-cells|nvmem|memory-region|operating-points-v2|msi-parent|msi-map|iommu-map|thermal-sensors|[\w,-]*syscon[\w,-]*|remote-endpoint|mboxes|io-channels|hwlocks|extcon|mmc-pwrseq|next-level-cache|backlight|ddc-i2c-bus|sound-dai|access-controllers|interrupt-map|fsl,usb(?:misc|phy)|rockchip,grf|samsung,[\w-]+-phandle|xlnx,[\w-]*handle)$/;

/** Names that go with a list of references. */
const NAMES_OF: Readonly<Record<string, string>> = {
  "clock-names": "clocks",
  "reset-names": "resets",
  "dma-names": "dmas",
  "pinctrl-names": "pinctrl-0",
  "phy-names": "phys",
  "power-domain-names": "power-domains",
  "interconnect-names": "interconnects",
  "mbox-names": "mboxes",
  "nvmem-cell-names": "nvmem-cells",
  "assigned-clock-rates": "assigned-clocks",
};

/** A partial device tree for a domain. */
interface PartialPlan {
  readonly source: string;
  /** What was left out and what that means, for people. */
  readonly notes: readonly string[];
}

/** Makes the partial tree that passes a domain's devices through, 1:1. */
export function partialPlan(host: HostPlatform, devices: readonly WantedDevice[]): PartialPlan {
  const notes: string[] = [];
  const clocks = fixedClocks(host, devices);
  const copied = [...devices.map(({ device }) => device.node), ...clocks];
  const gicPhandle = 1 + Math.max(0, ...copied.flatMap(phandlesBelow));
  const copy = (device: WantedDevice, parent: string) => {
    return new NodeCopy(host, device, clocks, notes).copy(device.device.node, parent, BUS_CELLS);
  };
  const shifted = devices.filter(({ reach }) => reach.rows !== null);
  const straight = devices.filter(({ reach }) => reach.rows === null);
  const bus = busNode("/passthrough", null, [
    ...clocks.map((node) => ({
      path: `/passthrough/${node.name}`,
      existing: false,
      comment: null,
      properties: wholeNode(node),
      children: [],
    })),
    ...straight.map((device) => copy(device, "/passthrough")),
    ...shifted.map((device, i) => {
      const path = `/passthrough/dma-bus-${i}`;
      return busNode(path, device.reach.rows, [copy(device, path)]);
    }),
  ]);
  bus.properties.push(cells("interrupt-parent", gicPhandle));
  const gic: PlanNode = {
    path: "/gic",
    existing: false,
    comment: "Xen takes the phandle and puts it on the interrupt controller that it makes",
    properties: [flag("interrupt-controller"), cells("#interrupt-cells", 3), cells("phandle", gicPhandle)],
    children: [],
  };
  const root: PlanNode = {
    path: "/",
    existing: true,
    comment: null,
    properties: [cells("#address-cells", 2), cells("#size-cells", 2)],
    children: [gic, bus],
  };
  return { source: `/dts-v1/;\n\n/ {\n${dtsBody(root, 1)}};\n`, notes };
}

/** A bus whose children have the CPU's addresses; DMA as on the host. */
function busNode(path: string, rows: readonly Translation[] | null, children: readonly PlanNode[]) {
  const properties: PlanProperty[] = [
    strings("compatible", "simple-bus"),
    cells("#address-cells", 2),
    cells("#size-cells", 2),
    flag("ranges"),
  ];
  if (rows !== null) {
    const values = rows.flatMap(({ child, parent, size }) => [
      ...split(child, 2),
      ...split(parent, 2),
      ...split(size, 2),
    ]);
    properties.push(cells("dma-ranges", ...values));
  }
  return { path, existing: false, comment: null, properties, children };
}

function phandlesBelow(node: DtNode): number[] {
  return [...walk(node)].map(phandleOf).filter((phandle) => phandle !== null);
}

class NodeCopy {
  private readonly host: HostPlatform;
  private readonly device: WantedDevice;
  private readonly notes: string[];
  /** Phandles of nodes that are copied too. */
  private readonly inside: ReadonlySet<number>;

  constructor(host: HostPlatform, device: WantedDevice, clocks: readonly DtNode[], notes: string[]) {
    this.host = host;
    this.device = device;
    this.notes = notes;
    this.inside = new Set([device.device.node, ...clocks].flatMap(phandlesBelow));
  }

  copy(node: DtNode, parentPath: string, counts: CellCounts): PlanNode {
    const path = `${parentPath}/${node.name}`;
    const dropped: string[] = [];
    const properties = [
      ...this.registers(node, counts),
      ...this.interrupts(node),
      ...this.plain(node, dropped),
    ];
    const phandle = phandleOf(node);
    if (phandle !== null) properties.push(cells("phandle", phandle));
    if (dropped.length > 0) {
      this.notes.push(
        `${node.path}: ${dropped.join(", ")} left out: they refer to nodes that stay with the host`,
      );
    }
    const own = childCells(node);
    return {
      path,
      existing: false,
      comment: null,
      properties,
      children: node.children.map((child) => this.copy(child, path, own)),
    };
  }

  /** reg, ranges, and for MMIO xen,reg with xen,path. */
  private registers(node: DtNode, counts: CellCounts): PlanProperty[] {
    const result: PlanProperty[] = [];
    const translated = registersOf(node).filter(
      (range) => range !== null && range.size > 0n,
    ) as AddressRange[];
    const top = node === this.device.device.node;
    if (top) {
      const rows = translated.flatMap(({ start, size }) => [...split(start, 2), ...split(size, 2)]);
      if (rows.length > 0) result.push(cells("reg", ...rows));
    } else if (node.properties.has("reg")) {
      result.push(rawProperty(node, "reg"));
    }
    const ranges = this.ranges(node, top);
    if (ranges !== null) result.push(ranges);
    const pages = joined(translated.map(pagesOf));
    const fits = pages.every(({ start }) => counts.address >= 2 || start < 1n << 32n);
    if (pages.length === 0 || !fits || counts.address < 1 || counts.size < 1) return result;
    const rows = pages.flatMap(({ start, size }) => {
      const [address, length] = [split(start, counts.address), split(size, counts.size)];
      return [...address, ...length, ...address];
    });
    result.push(cells("xen,reg", ...rows), strings("xen,path", node.path));
    if (!this.device.protected) result.push(flag("xen,force-assign-without-iommu"));
    return result;
  }

  /** Rows of ranges with the CPU's addresses on the parent's side, as /passthrough has them. */
  private ranges(node: DtNode, top: boolean): PlanProperty | null {
    const property = node.properties.get("ranges");
    if (property === undefined) return null;
    if (!top) return rawProperty(node, "ranges");
    const own = childCells(node);
    const rows = translations(node, "ranges");
    if (rows === null) return null;
    if (rows !== "identity" && own.address > 2) return rawProperty(node, "ranges");
    const children = node.children.flatMap((child) => {
      const raw = rawRegisters(child, own);
      return registersOf(child).map((cpu, i) => ({ cpu, raw: raw[i] }));
    });
    const values = children.flatMap(({ cpu, raw }) => {
      if (cpu === null || raw === undefined) return [];
      return [...split(raw.start, own.address), ...split(cpu.start, 2), ...split(cpu.size, own.size)];
    });
    return cells("ranges", ...values);
  }

  private interrupts(node: DtNode): PlanProperty[] {
    const all = interruptsOf(node, this.host.phandles);
    const gic = all.filter(({ controller, cells: spec }) => {
      const isGic = controller === null || isCompatible(controller, ...GIC_NAMES);
      return isGic && (gicNumber(spec) ?? 0) >= 32;
    });
    if (gic.length < all.length) {
      this.notes.push(
        `${node.path}: ${all.length - gic.length} interrupts are not SPIs of the GIC and are left out`,
      );
    }
    return gic.length === 0
      ? []
      : [cells("interrupts", ...gic.flatMap(({ cells: spec }) => spec.slice(0, 3)))];
  }

  /** Everything that means the same in the guest. */
  private plain(node: DtNode, dropped: string[]): PlanProperty[] {
    const result: PlanProperty[] = [];
    for (const { name, data } of node.properties.values()) {
      if (REPLACED.has(name)) continue;
      if (this.isForeign(node, name)) {
        dropped.push(name);
      } else if (!(NAMES_OF[name] !== undefined && this.isForeign(node, NAMES_OF[name]))) {
        result.push(copied(name, data));
      }
    }
    return result;
  }

  /** A reference whose target is not copied. */
  private isForeign(node: DtNode, name: string): boolean {
    const property = node.properties.get(name);
    if (property === undefined || !REFERENCES.test(name)) return false;
    if (name === "clocks") {
      // Every clock counts: one of them missing makes the driver give up.
      return clocksOf(this.host, node).some((clock) => !this.inside.has(phandleOf(clock) ?? 0));
    }
    const target = cellsIn(property.data)[0];
    if (target === undefined) return false;
    return this.host.phandles.has(target) && !this.inside.has(target);
  }
}

/** Clocks that a node's `clocks` names. */
function clocksOf(host: HostPlatform, node: DtNode): DtNode[] {
  const values = cellsOf(node, "clocks");
  const result: DtNode[] = [];
  for (let at = 0; at < values.length; ) {
    const clock = host.phandles.get(values[at]);
    if (clock === undefined) return result;
    result.push(clock);
    at += 1 + Math.min(cellOf(clock, "#clock-cells") ?? 0, values.length);
  }
  return result;
}

/** Clocks that are nothing but a number: the guest can have them, too. */
function fixedClocks(host: HostPlatform, devices: readonly WantedDevice[]): DtNode[] {
  const clocks = devices.flatMap(({ device }) =>
    [...walk(device.node)].flatMap((node) => clocksOf(host, node)),
  );
  const names = new Set<string>();
  return [...new Set(clocks)].filter((clock) => {
    const isFixed = isCompatible(clock, "fixed-clock") && !names.has(clock.name);
    names.add(clock.name);
    return isFixed;
  });
}

function wholeNode(node: DtNode): PlanProperty[] {
  return [...node.properties.values()].map(({ name, data }) => copied(name, data));
}

function rawRegisters(node: DtNode, counts: CellCounts): AddressRange[] {
  const values = cellsIn(node.properties.get("reg")?.data ?? new Uint8Array());
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

function rawProperty(node: DtNode, name: string): PlanProperty {
  return copied(name, node.properties.get(name)?.data ?? new Uint8Array());
}

/** A value as strings where it looks like them, else as cells. */
function copied(name: string, data: Uint8Array): PlanProperty {
  const bytes = Buffer.from(data);
  const text = bytes.toString("latin1");
  if (/^(?:[\x20-\x7e]+\0)+$/.test(text)) return strings(name, ...text.slice(0, -1).split("\0"));
  if (data.length % 4 === 0) return cells(name, ...cellsIn(data));
  return { name, value: { bytes: bytes.toString("hex") } };
}
