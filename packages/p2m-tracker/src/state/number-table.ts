import { type ColumnRoom, separateRoom } from "../memory/column-room.ts";
import type { KernelMemory } from "../memory/kernel-memory.ts";

const FIRST_PLACES = 64;
const HALF = 4294967296;
/** Stands for the key NaN: NaN marks the places that are free. */
const NOT_A_NUMBER = Number.NEGATIVE_INFINITY;

/**
 * A map from numbers (frames, addresses, keys of two) to numbers: open addressing in two typed arrays, so that nothing
 * is allocated or collected while entries come and go. Its order is no order: the factors of its hash are drawn for each
 * table, so that no log can name keys that all want the same place.
 */
export class NumberTable {
  private room: ColumnRoom = separateRoom;
  private count = 0;
  private keys: Float64Array = separateRoom.float64(FIRST_PLACES).fill(Number.NaN);
  private values: Float64Array = separateRoom.float64(FIRST_PLACES);
  private mask = FIRST_PLACES - 1;
  private shift = 32 - Math.log2(FIRST_PLACES);
  private readonly lowFactor = oddFactor();
  private readonly highFactor = oddFactor();

  /** Entries. */
  get size(): number {
    return this.count;
  }

  /** The value of a key; `absent` where it has none. */
  get(key: number, absent: number): number {
    const at = this.placeOf(key);
    return at < 0 ? absent : this.values[at];
  }

  has(key: number): boolean {
    return this.placeOf(key) >= 0;
  }

  set(given: number, value: number): void {
    const key = Number.isNaN(given) ? NOT_A_NUMBER : given;
    const { keys, mask } = this;
    let at = this.home(key);
    for (let there = keys[at]; !Number.isNaN(there); there = keys[at]) {
      if (there === key) {
        this.values[at] = value;
        return;
      }
      at = (at + 1) & mask;
    }
    keys[at] = key;
    this.values[at] = value;
    if (++this.count * 2 > mask) this.grow();
  }

  /** Takes a key out; false: it was not there. */
  delete(key: number): boolean {
    let free = this.placeOf(key);
    if (free < 0) return false;
    const { keys, values, mask } = this;
    // Those behind move up, so that no look-up has to pass over what is gone.
    for (let next = (free + 1) & mask; ; next = (next + 1) & mask) {
      const there = keys[next];
      if (Number.isNaN(there)) break;
      if (((next - this.home(there)) & mask) < ((next - free) & mask)) continue;
      keys[free] = there;
      values[free] = values[next];
      free = next;
    }
    keys[free] = Number.NaN;
    this.count--;
    return true;
  }

  clear(): void {
    if (this.count === 0) return;
    this.keys.fill(Number.NaN);
    this.count = 0;
  }

  /** Its entries lie in `room` from now on. */
  moveTo(room: ColumnRoom): void {
    const { keys, values } = this;
    this.keys = room.float64(keys.length);
    this.keys.set(keys);
    this.values = room.float64(keys.length);
    this.values.set(values);
    this.leave(keys, values);
    this.room = room;
  }

  /** Tells the module of it, from slot `at` on. */
  lend({ integers }: KernelMemory, at: number): void {
    const first = 2 * at;
    integers[first] = this.keys.byteOffset;
    integers[first + 1] = this.values.byteOffset;
    integers[first + 2] = this.count;
    integers[first + 3] = this.mask;
    integers[first + 4] = this.shift;
    integers[first + 5] = this.lowFactor;
    integers[first + 6] = this.highFactor;
  }

  /** The module has changed it. */
  takeBack({ integers }: KernelMemory, at: number): void {
    this.count = integers[2 * at + 2];
  }

  private home(key: number): number {
    return (Math.imul(key | 0, this.lowFactor) + Math.imul((key / HALF) | 0, this.highFactor)) >>> this.shift;
  }

  /** Where a key stands; -1: nowhere. */
  private placeOf(given: number): number {
    const key = Number.isNaN(given) ? NOT_A_NUMBER : given;
    const { keys, mask } = this;
    let at = this.home(key);
    for (let there = keys[at]; !Number.isNaN(there); there = keys[at]) {
      if (there === key) return at;
      at = (at + 1) & mask;
    }
    return -1;
  }

  private grow(): void {
    const { keys, values } = this;
    const size = keys.length * 2;
    this.keys = this.room.float64(size).fill(Number.NaN);
    this.values = this.room.float64(size);
    this.mask = size - 1;
    this.shift--;
    this.count = 0;
    for (let at = 0; at < keys.length; at++) {
      if (!Number.isNaN(keys[at])) this.set(keys[at], values[at]);
    }
    this.leave(keys, values);
  }

  private leave(keys: Float64Array, values: Float64Array): void {
    this.room.release(keys);
    this.room.release(values);
  }
}

/** A factor of a hash, drawn for each table, so that no log can name keys that all want the same place. */
export function oddFactor(): number {
  return Math.floor(Math.random() * HALF) | 1;
}
