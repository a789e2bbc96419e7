import { SLOTS_PER_KEY_VISITED } from "../limits.ts";
import { type ColumnRoom, moved, separateRoom } from "../memory/column-room.ts";
import type { KernelMemory } from "../memory/kernel-memory.ts";
import { NumberTable } from "./number-table.ts";

/** Links that there is room for at first, and that are left at least where the module has a table. */
const FIRST_LINKS = 16;
const LENT_LINKS = 1 << 10;
/** Numbers of a link: its slot, and what stood before it. */
const LINK_NUMBERS = 2;
/** No slot, and no link. */
const NONE = -1;

/**
 * Slots by a numeric key, several per key, in the order they came; nearly always one. What stands for a key is its only
 * slot, or a number below NONE: the link of its newest slot, which names what stood before, down to the first slot.
 */
export class SlotTable {
  private readonly ends = new NumberTable();
  private room: ColumnRoom = separateRoom;
  private links: Int32Array = separateRoom.int32(FIRST_LINKS * LINK_NUMBERS);
  /** Links that were used so far, and the latest of them that is free again, which names the one before. */
  private used = 0;
  private free = NONE;

  /** Keys with a slot. */
  get size(): number {
    return this.ends.size;
  }

  add(key: number, slot: number): void {
    const before = this.ends.get(key, NONE);
    this.ends.set(key, before === NONE ? slot : linkEnd(this.makeLink(slot, before)));
  }

  remove(key: number, slot: number): void {
    const { links } = this;
    let at = this.ends.get(key, NONE);
    if (at === slot) {
      this.ends.delete(key);
      return;
    }
    // The links that were passed last.
    let after = NONE;
    let beyond = NONE;
    for (; at < NONE; at = links[after * LINK_NUMBERS + 1]) {
      const link = linkEnd(at);
      if (links[link * LINK_NUMBERS] === slot) {
        this.replace(key, after, links[link * LINK_NUMBERS + 1]);
        this.drop(link);
        return;
      }
      beyond = after;
      after = link;
    }
    if (at !== slot || at === NONE) return;
    // The first slot goes: the one behind it is the first now, and needs no link.
    this.replace(key, beyond, links[after * LINK_NUMBERS]);
    this.drop(after);
  }

  /** The newest slot of a key; -1 where there is none. */
  newest(key: number): number {
    const at = this.ends.get(key, NONE);
    return at < NONE ? this.links[linkEnd(at) * LINK_NUMBERS] : at;
  }

  has(key: number): boolean {
    return this.ends.has(key);
  }

  /** Calls `visit` with the slots of a key, the newest SLOTS_PER_KEY_VISITED of them; it may remove them. */
  forEach(key: number, visit: (slot: number) => void): void {
    let at = this.ends.get(key, NONE);
    if (at === NONE) return;
    if (at > NONE) {
      visit(at);
      return;
    }
    const newest: number[] = [];
    for (
      ;
      at < NONE && newest.length < SLOTS_PER_KEY_VISITED;
      at = this.links[linkEnd(at) * LINK_NUMBERS + 1]
    )
      newest.push(this.links[linkEnd(at) * LINK_NUMBERS]);
    if (at > NONE && newest.length < SLOTS_PER_KEY_VISITED) newest.push(at);
    for (let i = newest.length - 1; i >= 0; i--) visit(newest[i]);
  }

  clear(): void {
    this.ends.clear();
    this.used = 0;
    this.free = NONE;
  }

  moveTo(room: ColumnRoom): void {
    this.ends.moveTo(room);
    this.links = moved(this.links, this.links.length, this.used * LINK_NUMBERS, room, this.room);
    this.room = room;
  }

  /** Tells the module of it, from slot `at` on: the table of keys, then its links: address, used, room, free. */
  lend(kernel: KernelMemory, at: number): void {
    this.ends.lend(kernel, at);
    // The module cannot make room.
    const most = this.links.length / LINK_NUMBERS;
    if (most - this.used < LENT_LINKS) this.makeRoom(2 * most + LENT_LINKS);
    const { integers } = kernel;
    integers[2 * at + 7] = this.links.byteOffset;
    integers[2 * at + 8] = this.used;
    integers[2 * at + 9] = this.links.length / LINK_NUMBERS;
    integers[2 * at + 10] = this.free;
  }

  /** The module has changed it. */
  takeBack(kernel: KernelMemory, at: number): void {
    this.ends.takeBack(kernel, at);
    this.used = kernel.integers[2 * at + 8];
    this.free = kernel.integers[2 * at + 10];
  }

  /** What stands for a key, or behind a link of it, is another one now. */
  private replace(key: number, link: number, end: number): void {
    if (link === NONE) this.ends.set(key, end);
    else this.links[link * LINK_NUMBERS + 1] = end;
  }

  private makeLink(slot: number, before: number): number {
    let link = this.free;
    if (link === NONE) {
      link = this.used++;
      const most = this.links.length / LINK_NUMBERS;
      if (link === most) this.makeRoom(2 * most);
    } else this.free = this.links[link * LINK_NUMBERS + 1];
    this.links[link * LINK_NUMBERS] = slot;
    this.links[link * LINK_NUMBERS + 1] = before;
    return link;
  }

  private drop(link: number): void {
    this.links[link * LINK_NUMBERS + 1] = this.free;
    this.free = link;
  }

  private makeRoom(links: number): void {
    this.links = moved(this.links, links * LINK_NUMBERS, this.links.length, this.room);
  }
}

/** What stands for a link, and the link of what stands for it. */
function linkEnd(number: number): number {
  return -2 - number;
}
