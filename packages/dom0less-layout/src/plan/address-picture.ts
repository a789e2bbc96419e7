import { assignedNodes, type LayoutModel, moduleRanges, placed } from "../model/layout-model.ts";
import { guestRange } from "../model/passthrough.ts";
import { placedParts } from "../model/placement.ts";
import { type AddressRange, compare, endOf, hexAddress, sizeText } from "../terms/address-range.ts";
import { baseName } from "../tree/device-tree.ts";

/** Something at an address, in one column of the picture. */
export interface PictureItem {
  readonly range: AddressRange;
  readonly text: string;
  /** Smaller wins where two items overlap: registers over RAM, images over banks. */
  readonly layer: number;
  readonly kind: "ram" | "bank" | "image" | "device" | "window" | "reserved" | "module" | "extended";
}

/** A column: the host, or a domain. */
interface PictureColumn {
  readonly title: string;
  readonly items: readonly PictureItem[];
}

/** A horizontal slice with one entry a column; null: nothing is there. */
export interface PictureRow {
  readonly range: AddressRange;
  readonly cells: readonly (PictureItem | null)[];
}

/** Columns of host and domains. */
export function pictureColumns(model: LayoutModel): PictureColumn[] {
  return [hostColumn(model), ...model.domains.map((_, i) => domainColumn(model, i))];
}

function hostColumn(model: LayoutModel): PictureColumn {
  const { host } = model;
  const items: PictureItem[] = host.ram.map((range) => ({ range, text: "RAM", layer: 9, kind: "ram" }));
  for (const range of host.reserved) items.push({ range, text: range.name, layer: 3, kind: "reserved" });
  for (const { module, memory } of moduleRanges(model)) {
    items.push({ range: memory, text: `${module.kind} module`, layer: 2, kind: "module" });
  }
  for (const { config } of model.domains) {
    for (const range of config.banks)
      items.push({ range, text: `bank of ${config.name}`, layer: 4, kind: "bank" });
  }
  const { gic, uart } = host;
  if (gic !== null) {
    items.push({ range: gic.distributor, text: "GIC distributor", layer: 1, kind: "device" });
    for (const range of gic.redistributors)
      items.push({ range, text: "GIC redistributors", layer: 1, kind: "device" });
    if (gic.cpu !== null) items.push({ range: gic.cpu, text: "GIC CPU interface", layer: 1, kind: "device" });
  }
  if (uart?.registers != null)
    items.push({ range: uart.registers, text: "UART of Xen", layer: 1, kind: "device" });
  for (const guest of model.domains) {
    for (const { host: device } of assignedNodes(guest)) {
      if (device === null) continue;
      for (const range of device.registers) {
        items.push({ range, text: baseName(device.node), layer: 1, kind: "device" });
      }
    }
  }
  return { title: "host", items };
}

function domainColumn(model: LayoutModel, index: number): PictureColumn {
  const guest = model.domains[index];
  const items: PictureItem[] = guest.ram.map((range, i) => {
    return { range, text: guest.directMap ? `RAM bank ${i} (1:1)` : `RAM bank ${i}`, layer: 6, kind: "bank" };
  });
  const placement = placed(guest);
  for (const { name, range } of placement === null ? [] : placedParts(placement)) {
    items.push({ range, text: name, layer: 4, kind: "image" });
  }
  for (const { name, ...range } of guest.windows) {
    items.push({ range, text: `${name} (emulated)`, layer: 2, kind: "window" });
  }
  if (guest.grantWindow !== null) {
    items.push({ range: guest.grantWindow, text: "grant table", layer: 3, kind: "window" });
  }
  for (const range of guest.extended)
    items.push({ range, text: "extended region", layer: 8, kind: "extended" });
  for (const { node, xenReg } of assignedNodes(guest)) {
    for (const row of xenReg) {
      items.push({ range: guestRange(row), text: baseName(node), layer: 1, kind: "device" });
    }
  }
  return { title: guest.config.name, items };
}

/** Slices between all borders of all items, from the lowest address up; equal neighbours joined, empty ones left out. */
export function pictureRows(columns: readonly PictureColumn[]): PictureRow[] {
  const items = columns.flatMap((column) => column.items).filter(({ range }) => range.size > 0n);
  const borders = [...new Set(items.flatMap(({ range }) => [range.start, endOf(range)]))].sort(compare);
  const rows: { range: AddressRange; cells: readonly (PictureItem | null)[] }[] = [];
  const sweeps = columns.map((column) => new Sweep(column));
  borders.slice(0, -1).forEach((start, i) => {
    const range = { start, size: borders[i + 1] - start };
    const cells = sweeps.map((sweep) => sweep.topAt(start));
    if (cells.every((cell) => cell === null)) return;
    const last = rows.at(-1);
    if (
      last !== undefined &&
      endOf(last.range) === start &&
      last.cells.every((cell, at) => cell === cells[at])
    ) {
      last.range = { start: last.range.start, size: last.range.size + range.size };
    } else {
      rows.push({ range, cells });
    }
  });
  return rows;
}

/** Walks up a column, keeping the items that lie at the address that was asked for last. */
class Sweep {
  private readonly waiting: PictureItem[];
  private active: PictureItem[] = [];

  constructor(column: PictureColumn) {
    const items = column.items.filter(({ range }) => range.size > 0n);
    // The next item is at the end; of items that begin together the first one written wins, as it is put in first.
    this.waiting = items.reverse().sort((a, b) => compare(b.range.start, a.range.start));
  }

  /** The item on top at an address, which must not be lower than the one before; null: none. */
  topAt(address: bigint): PictureItem | null {
    this.active = this.active.filter(({ range }) => endOf(range) > address);
    for (let next = this.waiting.at(-1); next !== undefined && next.range.start <= address; ) {
      this.active.push(next);
      this.waiting.pop();
      next = this.waiting.at(-1);
    }
    let best: PictureItem | null = null;
    for (const item of this.active) if (best === null || item.layer < best.layer) best = item;
    return best;
  }
}

/** The picture as text: one line a slice. */
export function pictureText(model: LayoutModel): string {
  const columns = pictureColumns(model);
  const rows = pictureRows(columns).map(({ range, cells }) => {
    const texts = cells.map((cell) => cell?.text ?? ".");
    return [hexAddress(range.start), hexAddress(endOf(range) - 1n), sizeText(range.size), ...texts];
  });
  const table = [["from", "to", "size", ...columns.map(({ title }) => title)], ...rows];
  const widths = table[0].map((_, at) => Math.max(...table.map((row) => row[at].length)));
  return `${table
    .map((row) =>
      row
        .map((text, at) => text.padEnd(widths[at]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")}\n`;
}
