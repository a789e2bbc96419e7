import { SLOTS_PER_KEY_VISITED } from "../limits.ts";

/** Slots by a numeric key, several per key, in the order they came; nearly always one. */
export class SlotTable {
  private readonly slots = new Map<number, number | number[]>();

  get size(): number {
    return this.slots.size;
  }

  add(key: number, slot: number): void {
    const there = this.slots.get(key);
    if (there === undefined) this.slots.set(key, slot);
    else if (typeof there === "number") this.slots.set(key, [there, slot]);
    else there.push(slot);
  }

  remove(key: number, slot: number): void {
    const there = this.slots.get(key);
    if (there === slot) this.slots.delete(key);
    if (!Array.isArray(there)) return;
    const index = there.lastIndexOf(slot);
    if (index >= 0) there.splice(index, 1);
    if (there.length === 0) this.slots.delete(key);
  }

  /** The newest slot of a key; undefined where there is none. */
  newest(key: number): number | undefined {
    const there = this.slots.get(key);
    return Array.isArray(there) ? there[there.length - 1] : there;
  }

  count(key: number): number {
    const there = this.slots.get(key);
    return there === undefined ? 0 : Array.isArray(there) ? there.length : 1;
  }

  /** Calls `visit` with the slots of a key, the newest SLOTS_PER_KEY_VISITED of them; it may remove them. */
  forEach(key: number, visit: (slot: number) => void): void {
    const there = this.slots.get(key);
    if (there === undefined) return;
    if (typeof there === "number") visit(there);
    else for (const slot of there.slice(-SLOTS_PER_KEY_VISITED)) visit(slot);
  }

  clear(): void {
    this.slots.clear();
  }
}
