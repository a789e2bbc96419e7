import { OPEN_TRANSFERS_MAX } from "../limits.ts";

/** DMA maps that no unmap has ended yet, by domain and bus address; the oldest of one address ends first. */
export class OpenTransfers {
  private readonly open = new Map<number, Map<number, number[]>>();
  private size = 0;

  /** A map begins: `row` is that of the table of DMA maps, `bus` its bus address in bytes. */
  begin(domid: number, bus: number, row: number): void {
    if (Number.isNaN(bus) || this.size >= OPEN_TRANSFERS_MAX) return;
    this.size++;
    let byBus = this.open.get(domid);
    if (byBus === undefined) {
      byBus = new Map();
      this.open.set(domid, byBus);
    }
    const rows = byBus.get(bus);
    if (rows === undefined) byBus.set(bus, [row]);
    else rows.push(row);
  }

  /** The row of the map that an unmap of `bus` ends; -1: none is known. */
  end(domid: number, bus: number): number {
    const byBus = this.open.get(domid);
    const rows = byBus?.get(bus);
    const row = rows?.shift();
    if (byBus === undefined || rows === undefined || row === undefined) return -1;
    this.size--;
    if (rows.length === 0) byBus.delete(bus);
    return row;
  }
}
