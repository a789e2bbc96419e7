import { SLOTS_PER_KEY_VISITED } from "../limits.ts";
import type { ColumnRoom } from "../memory/column-room.ts";
import type { KernelMemory } from "../memory/kernel-memory.ts";
import { NumberTable } from "./number-table.ts";

/** Slots by a numeric key, several per key, in the order they came; nearly always one. */
export class SlotTable {
  /** Keys with one slot; the others are in `several`. */
  private readonly single = new NumberTable();
  private readonly several = new Map<number, number[]>();

  /** Keys with a slot. */
  get size(): number {
    return this.single.size + this.several.size;
  }

  add(key: number, slot: number): void {
    const list = this.listOf(key);
    if (list !== undefined) {
      list.push(slot);
      return;
    }
    const there = this.single.get(key, -1);
    if (there < 0) this.single.set(key, slot);
    else {
      this.single.delete(key);
      this.several.set(key, [there, slot]);
    }
  }

  remove(key: number, slot: number): void {
    if (this.single.get(key, -1) === slot) {
      this.single.delete(key);
      return;
    }
    const list = this.listOf(key);
    if (list === undefined) return;
    const index = list.lastIndexOf(slot);
    if (index >= 0) list.splice(index, 1);
    if (list.length === 0) this.several.delete(key);
  }

  /** The newest slot of a key; -1 where there is none. */
  newest(key: number): number {
    const list = this.listOf(key);
    return list === undefined ? this.single.get(key, -1) : list[list.length - 1];
  }

  count(key: number): number {
    return this.listOf(key)?.length ?? (this.single.has(key) ? 1 : 0);
  }

  /** Calls `visit` with the slots of a key, the newest SLOTS_PER_KEY_VISITED of them; it may remove them. */
  forEach(key: number, visit: (slot: number) => void): void {
    const list = this.listOf(key);
    if (list !== undefined) for (const slot of list.slice(-SLOTS_PER_KEY_VISITED)) visit(slot);
    else {
      const there = this.single.get(key, -1);
      if (there >= 0) visit(there);
    }
  }

  clear(): void {
    this.single.clear();
    this.several.clear();
  }

  moveTo(room: ColumnRoom): void {
    this.single.moveTo(room);
  }

  /** Tells the module of it, from slot `at` on: the keys with one slot as a table, and how many have several. */
  lend(kernel: KernelMemory, at: number): void {
    this.single.lend(kernel, at);
    kernel.integers[2 * at + 7] = this.several.size;
  }

  /** The module has changed keys with one slot. */
  takeBack(kernel: KernelMemory, at: number): void {
    this.single.takeBack(kernel, at);
  }

  private listOf(key: number): number[] | undefined {
    return this.several.size === 0 ? undefined : this.several.get(key);
  }
}
