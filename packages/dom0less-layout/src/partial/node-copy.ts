import { cells, type PlanNode, type PlanProperty, referring, strings } from "../emit/plan-node.ts";
import { isPciBridge } from "../model/pci-bridge.ts";
import type { WantedDevice } from "../request/wanted-device.ts";
import { hexAddress } from "../terms/address-range.ts";
import { type CellCounts, childCells } from "../tree/bus-address.ts";
import {
  baseName,
  cellsOf,
  type DtNode,
  type DtProperty,
  phandleOf,
  stringsOf,
  walk,
} from "../tree/device-tree.ts";
import { referencesIn } from "../tree/references.ts";
import type { CopyContext } from "./copy-context.ts";
import { copiedInterrupts } from "./interrupt-properties.ts";
import { NAMES_OF, omissionNotes } from "./left-out.ts";
import { pciProperties } from "./pci-properties.ts";
import { copied } from "./raw-property.ts";
import { copiedRegisters } from "./register-properties.ts";

/** Properties that are made anew, or are no business of the guest. */
const REPLACED: ReadonlySet<string> = new Set([
  "reg",
  "reg-names",
  "ranges",
  "dma-ranges",
  "interrupt-parent",
  "interrupts",
  "interrupts-extended",
  "interrupt-names",
  "interrupt-map",
  "interrupt-map-mask",
  "phandle",
  "linux,phandle",
  "xen,passthrough",
  "iommus",
  "iommu-map",
  "iommu-map-mask",
  "mmu-masters",
  "clocks",
]);

/** Copies a passed-through device with everything below it, for a guest that has only what is copied too. */
export function copyDevice(context: CopyContext, device: WantedDevice, parentPath: string): PlanNode {
  return new NodeCopy(context, device).copy(device.device.node, parentPath, { address: 2, size: 2 });
}

class NodeCopy {
  private readonly context: CopyContext;
  private readonly device: WantedDevice;

  constructor(context: CopyContext, device: WantedDevice) {
    this.context = context;
    this.device = device;
  }

  copy(node: DtNode, parentPath: string, counts: CellCounts): PlanNode {
    const { context, device } = this;
    const top = node === device.device.node;
    const registers = copiedRegisters(node, device, counts);
    const path = `${parentPath}/${nameOf(node, top ? registers.first : null)}`;
    const properties = [
      ...registers.properties,
      ...copiedInterrupts(context, node, registers.assigned),
      ...(isPciBridge(node) ? pciProperties(context, node) : []),
      ...this.others(node, top),
    ];
    const phandle = phandleOf(node);
    if (phandle !== null) properties.push(cells("phandle", phandle));
    const own = childCells(node);
    const children = node.children
      .filter((child) => !this.isIdleGraph(child))
      .map((child) => this.copy(child, path, own));
    return { path, existing: false, comment: null, properties: withoutIdleCells(node, properties), children };
  }

  /** Ports of a graph whose other ends all stay with the host. */
  private isIdleGraph(node: DtNode): boolean {
    if (baseName(node) !== "port" && baseName(node) !== "ports") return false;
    const ends = [...walk(node)].flatMap((below) => {
      const property = below.properties.get("remote-endpoint");
      return property === undefined ? [] : (referencesIn(below, property, this.context.references) ?? []);
    });
    return ends.every(({ target }) => target === null || !this.context.inside.has(target));
  }

  /** Everything that means the same in the guest, and stand-ins for clocks and supplies. */
  private others(node: DtNode, top: boolean): PlanProperty[] {
    const result: PlanProperty[] = [...this.clocks(node)];
    const dropped: string[] = [];
    const leaves = (property: DtProperty | undefined) =>
      property !== undefined && this.isForeign(node, property);
    for (const property of node.properties.values()) {
      const { name } = property;
      if (REPLACED.has(name) || (top && name === "status") || name.startsWith("assigned-clock")) continue;
      if (name === "clock-names") continue;
      const supply = /-supply$/.test(name) ? this.supply(node, property) : null;
      if (supply !== null) {
        result.push(supply);
      } else if (leaves(property)) {
        dropped.push(name);
      } else if (!leaves(node.properties.get(NAMES_OF[name] ?? ""))) {
        const references = referencesIn(node, property, this.context.references);
        result.push({
          ...copied(property),
          ...(references !== null && { references: references.map(({ at }) => at) }),
        });
      }
    }
    this.context.notes.push(...omissionNotes(node, dropped));
    return result;
  }

  /** True where a property refers to a node that is not copied. */
  private isForeign(node: DtNode, property: DtProperty): boolean {
    const references = referencesIn(node, property, this.context.references);
    return (references ?? []).some(({ target }) => target === null || !this.context.inside.has(target));
  }

  /** `clocks` with stand-ins for those of the host; left out where no rate is known at all. */
  private clocks(node: DtNode): PlanProperty[] {
    const { clocks, inside, standIns, notes } = this.context;
    if (!node.properties.has("clocks")) return [];
    const taken = clocks.clocksOf(node) ?? [];
    const known = taken.find(({ rate }) => rate !== null)?.rate ?? null;
    const outside = taken.filter(({ provider }) => !inside.has(provider));
    if (taken.length === 0 || (outside.length > 0 && known === null)) {
      notes.push(...omissionNotes(node, ["clocks"]));
      return [];
    }
    const values: number[] = [];
    const places: number[] = [];
    for (const clock of taken) {
      const { provider, args, rate } = clock;
      places.push(values.length);
      if (!inside.has(provider)) values.push(standIns.clock(clock, rate ?? known ?? 0));
      else values.push(phandleOf(provider) ?? 0, ...numbersOf(args));
    }
    if (outside.length > 0) {
      const list = outside.map(
        ({ name, rate }, i) => `${name ?? `clock ${i}`} ${rate ?? `${known} (taken over)`} Hz`,
      );
      const isScmi = outside.some(({ provider }) => isScmiNode(provider));
      const scmi = isScmi
        ? '; from Xen 4.21 on xen,sci_type = "scmi_smc" can give the domain SCMI itself'
        : "";
      const text = `${node.path}: fixed clocks stand in (${list.join(", ")}); the host must leave its own on (clk_ignore_unused for Dom0)${scmi}`;
      notes.push({ text, counts: false });
    }
    const names = stringsOf(node, "clock-names");
    return [
      referring("clocks", values, places),
      ...(names.length === 0 ? [] : [strings("clock-names", ...names)]),
    ];
  }

  /** A supply of the host as a fixed regulator; null: it is copied, or dangles. */
  private supply(node: DtNode, property: DtProperty): PlanProperty | null {
    const [reference] = referencesIn(node, property, this.context.references) ?? [];
    const target = reference?.target ?? null;
    if (target === null || this.context.inside.has(target)) return null;
    const { standIns, notes } = this.context;
    const phandle = standIns.regulator(target);
    const text = `${node.path}: a fixed regulator stands in for ${property.name}; the host must leave ${target.path} on`;
    notes.push({ text, counts: false });
    return referring(property.name, [phandle], [0]);
  }
}

function numbersOf(args: string): number[] {
  return args === "" ? [] : args.split(",").map(Number);
}

/** A provider below a node that speaks to firmware by SCMI. */
function isScmiNode(node: DtNode): boolean {
  const above = [node, node.parent].filter((at) => at !== null);
  return above.some((at) => stringsOf(at, "compatible").some((text) => text.startsWith("arm,scmi")));
}

/** The host's name with the unit address that dtc expects. `first`: the first register as the guest has it. */
function nameOf(node: DtNode, first: bigint | null): string {
  if (first !== null) return `${baseName(node)}@${hexAddress(first).slice(2)}`;
  const hasUnit = node.name.includes("@");
  const hasAddress = ["reg", "ranges"].some((name) => (node.properties.get(name)?.data.length ?? 0) > 0);
  if (hasUnit === hasAddress) return node.name;
  if (hasUnit) return node.name.replace("@", "-");
  const reg = cellsOf(node, "reg");
  return reg.length === 0 ? node.name : `${node.name}@${reg[0].toString(16)}`;
}

/** Cell counts say something only where a child has an address, or where interrupts arrive. */
function withoutIdleCells(node: DtNode, all: PlanProperty[]): PlanProperty[] {
  const takes = all.some(({ name }) => /^interrupt-(?:map|controller)$/.test(name));
  if (takes && !all.some(({ name }) => name === "#address-cells"))
    return [...all, cells("#address-cells", 0)];
  const properties = takes ? all : all.filter(({ name }) => name !== "#interrupt-cells");
  const isBus = properties.some(({ name }) => /^(?:dma-)?ranges$|^interrupt-(?:map|controller)$/.test(name));
  if (isBus || node.children.length === 0 || node.children.some((child) => child.properties.has("reg"))) {
    return properties;
  }
  return properties.filter(({ name }) => name !== "#address-cells" && name !== "#size-cells");
}
