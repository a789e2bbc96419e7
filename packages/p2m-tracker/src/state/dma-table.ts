import { PAGE_SIZE } from "@xgt/hypercall-abi";
import { DMA_PAGES_MAX, SEGMENT_PAGES_MAX } from "../limits.ts";
import { type ColumnRoom, moved, separateRoom } from "../memory/column-room.ts";
import type { KernelMemory } from "../memory/kernel-memory.ts";
import * as slots from "../memory/kernel-slots.ts";
import { SlotStack } from "../memory/slot-stack.ts";
import { SlotTable } from "./slot-table.ts";

/** Addresses are below 2^52; devices share the rest of a safe integer by this factor. */
const DEVICES = 64;
/** Segments that there is room for at first. */
const FIRST_SLOTS = 256;

/** Segments that devices may access now (between their map and unmap events), in columns by slot. */
export class DmaTable {
  dev: Int32Array = separateRoom.int32(FIRST_SLOTS);
  phys: Float64Array = separateRoom.float64(FIRST_SLOTS);
  bus: Float64Array = separateRoom.float64(FIRST_SLOTS);
  size: Float64Array = separateRoom.float64(FIRST_SLOTS);
  event: Float64Array = separateRoom.float64(FIRST_SLOTS);
  direction: Uint8Array = separateRoom.uint8(FIRST_SLOTS);
  domid: Int32Array = separateRoom.int32(FIRST_SLOTS);
  /** Segments that could not be followed: DMA_PAGES_MAX was reached. */
  untracked = 0;
  private readonly byBus = new SlotTable();
  /** Slots by guest address: made when the first unmap names one. */
  private byPhys: SlotTable | undefined;
  private readonly byGfn = new SlotTable();
  /** By slot: the how many-th segment it holds; 0: none. */
  private serial: Float64Array = separateRoom.float64(FIRST_SLOTS);
  private room: ColumnRoom = separateRoom;
  private mapped = 0;
  private lowest = 0;
  private highest = 0;
  private readonly free = new SlotStack();
  private used = 0;
  /** Pages of all segments under way. */
  private pages = 0;

  /** A segment is mapped. NaN: not recorded. Only segments with a guest address are followed. */
  map(
    domid: number,
    dev: number,
    phys: number,
    bus: number,
    size: number,
    direction: number,
    event: number,
  ): void {
    if (Number.isNaN(phys)) return;
    const same = Number.isNaN(bus) ? -1 : this.byBus.newest(keyOf(dev, bus));
    // Small buffers in one page have different addresses; the same address again means that an unmap was not seen.
    if (same >= 0 && this.phys[same] === phys) this.release(same);
    const last = lastFrame(phys, size);
    const pages = last - Math.floor(phys / PAGE_SIZE) + 1;
    if (this.pages + pages > DMA_PAGES_MAX) {
      this.untracked++;
      return;
    }
    this.pages += pages;
    const again = this.free.pop();
    const slot = again < 0 ? this.used++ : again;
    if (slot >= this.dev.length) this.grow();
    this.dev[slot] = dev;
    this.phys[slot] = phys;
    this.bus[slot] = bus;
    this.size[slot] = size;
    this.event[slot] = event;
    this.direction[slot] = direction;
    this.domid[slot] = domid;
    this.serial[slot] = ++this.mapped;
    if (!Number.isNaN(bus)) this.byBus.add(keyOf(dev, bus), slot);
    this.byPhys?.add(keyOf(dev, phys), slot);
    const first = last - pages + 1;
    for (let gfn = first; gfn <= last; gfn++) this.byGfn.add(gfn, slot);
    this.lowest = this.active === 1 ? first : Math.min(this.lowest, first);
    this.highest = this.active === 1 ? last : Math.max(this.highest, last);
  }

  /** A segment is unmapped, named by its bus address or (scatter lists) its guest address. */
  unmap(dev: number, phys: number, bus: number): void {
    const slot = Number.isNaN(bus)
      ? this.slotsByPhys().newest(keyOf(dev, phys))
      : this.byBus.newest(keyOf(dev, bus));
    if (slot >= 0) this.release(slot);
  }

  /** Calls `visit` with the slot of each segment that covers a gfn. */
  forEachAt(gfn: number, visit: (slot: number) => void): void {
    this.byGfn.forEach(gfn, visit);
  }

  /** Whether a segment covers a gfn. */
  covers(gfn: number): boolean {
    return this.active > 0 && this.byGfn.has(gfn);
  }

  /** Whether a segment covers one of `count` gfns. */
  coversAny(gfn: number, count: number): boolean {
    if (this.active === 0 || gfn > this.highest || gfn + count <= this.lowest) return false;
    for (let i = 0; i < count; i++) if (this.byGfn.has(gfn + i)) return true;
    return false;
  }

  get active(): number {
    return this.used - this.free.size;
  }

  clear(): void {
    this.byBus.clear();
    this.byPhys?.clear();
    this.serial.fill(0);
    this.byGfn.clear();
    this.free.clear();
    this.used = 0;
    this.pages = 0;
  }

  moveTo(room: ColumnRoom): void {
    this.resize(this.dev.length, room);
    this.room = room;
    this.byBus.moveTo(room);
    this.byPhys?.moveTo(room);
    this.byGfn.moveTo(room);
    this.free.moveTo(room);
  }

  /** Tells the module of the segments. */
  lend(kernel: KernelMemory): void {
    const { integers, numbers } = kernel;
    integers[2 * slots.DMA_DEV_AT] = this.dev.byteOffset;
    integers[2 * slots.DMA_PHYS_AT] = this.phys.byteOffset;
    integers[2 * slots.DMA_BUS_AT] = this.bus.byteOffset;
    integers[2 * slots.DMA_SIZE_AT] = this.size.byteOffset;
    integers[2 * slots.DMA_EVENT_AT] = this.event.byteOffset;
    integers[2 * slots.DMA_DIRECTION_AT] = this.direction.byteOffset;
    integers[2 * slots.DMA_DOMID_AT] = this.domid.byteOffset;
    integers[2 * slots.DMA_SERIAL_AT] = this.serial.byteOffset;
    integers[2 * slots.DMA_USED] = this.used;
    integers[2 * slots.DMA_MAX] = this.dev.length;
    integers[2 * slots.DMA_PAGES] = this.pages;
    numbers[slots.DMA_SERIAL] = this.mapped;
    numbers[slots.DMA_LOWEST] = this.lowest;
    numbers[slots.DMA_HIGHEST] = this.highest;
    this.free.lend(kernel, slots.DMA_FREE);
    integers[2 * slots.HAS_BY_PHYS] = this.byPhys === undefined ? 0 : 1;
    this.byBus.lend(kernel, slots.BY_BUS);
    this.byGfn.lend(kernel, slots.BY_GFN);
    this.byPhys?.lend(kernel, slots.BY_PHYS);
  }

  /** The module has changed them. */
  takeBack(kernel: KernelMemory): void {
    const { integers, numbers } = kernel;
    this.used = integers[2 * slots.DMA_USED];
    this.pages = integers[2 * slots.DMA_PAGES];
    this.mapped = numbers[slots.DMA_SERIAL];
    this.lowest = numbers[slots.DMA_LOWEST];
    this.highest = numbers[slots.DMA_HIGHEST];
    this.free.takeBack(kernel, slots.DMA_FREE);
    this.byBus.takeBack(kernel, slots.BY_BUS);
    this.byGfn.takeBack(kernel, slots.BY_GFN);
    this.byPhys?.takeBack(kernel, slots.BY_PHYS);
  }

  private release(slot: number): void {
    const phys = this.phys[slot];
    this.byBus.remove(keyOf(this.dev[slot], this.bus[slot]), slot);
    this.byPhys?.remove(keyOf(this.dev[slot], phys), slot);
    this.serial[slot] = 0;
    const last = lastFrame(phys, this.size[slot]);
    this.pages -= last - Math.floor(phys / PAGE_SIZE) + 1;
    for (let gfn = Math.floor(phys / PAGE_SIZE); gfn <= last; gfn++) this.byGfn.remove(gfn, slot);
    this.free.push(slot);
  }

  private slotsByPhys(): SlotTable {
    if (this.byPhys !== undefined) return this.byPhys;
    const under = Array.from(this.serial.keys()).filter((slot) => this.serial[slot] > 0);
    this.byPhys = new SlotTable();
    this.byPhys.moveTo(this.room);
    for (const slot of under.sort((a, b) => this.serial[a] - this.serial[b]))
      this.byPhys.add(keyOf(this.dev[slot], this.phys[slot]), slot);
    return this.byPhys;
  }

  private grow(): void {
    this.resize(this.dev.length * 2, this.room);
  }

  private resize(size: number, room: ColumnRoom): void {
    const kept = this.dev.length;
    for (const name of ["phys", "bus", "size", "event", "serial"] as const)
      this[name] = moved(this[name], size, kept, room, this.room);
    for (const name of ["dev", "domid"] as const) this[name] = moved(this[name], size, kept, room, this.room);
    this.direction = moved(this.direction, size, kept, room, this.room);
  }
}

/** Last frame of a segment; a size that was not recorded is taken for one page. */
export function lastFrame(address: number, size: number): number {
  const first = Math.floor(address / PAGE_SIZE);
  if (Number.isNaN(size) || size <= 0) return first;
  return Math.min(Math.floor((address + size - 1) / PAGE_SIZE), first + SEGMENT_PAGES_MAX - 1);
}

function keyOf(dev: number, address: number): number {
  return address * DEVICES + (dev & (DEVICES - 1));
}
