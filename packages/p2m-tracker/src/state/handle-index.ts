import { SLOTS_PER_KEY_VISITED } from "../limits.ts";
import { type ColumnRoom, moved, separateRoom } from "../memory/column-room.ts";
import type { KernelMemory } from "../memory/kernel-memory.ts";
import { oddFactor } from "./number-table.ts";

const FIRST_PLACES = 64;
/** Of an index that is full by three quarters, how many times larger the next one is. */
const GROWTH = 4;
/** Places that are kept where all slots go at once: to blank more takes longer than to grow again. */
const KEPT_PLACES = 1 << 16;
const HALF = 2 ** 32;
/** Stands for the key NaN, which no comparison finds. */
const NOT_A_NUMBER = Number.NEGATIVE_INFINITY;

/**
 * Slots by a number that is the slot's own, several of one number, in the order in which they came. It keeps no numbers, it
 * asks for them: with millions of slots, an index of four bytes for each place instead of sixteen. Open addressing as in
 * NumberTable; a place holds the newest slot of its number, which names the one before. Zeros stand for none, and slots are
 * kept as one more than they are.
 */
export class HandleIndex {
  private readonly keyAt: (slot: number) => number;
  private room: ColumnRoom = separateRoom;
  private places: Int32Array = separateRoom.int32(FIRST_PLACES);
  /** By slot: the slots of the same number that came just before it, and just behind. */
  private older: Int32Array = separateRoom.int32(0);
  private newer: Int32Array = separateRoom.int32(0);
  private count = 0;
  private mask = FIRST_PLACES - 1;
  private shift = 32 - Math.log2(FIRST_PLACES);
  private readonly lowFactor = oddFactor();
  private readonly highFactor = oddFactor();

  /** @param keyOf The number of a slot: the same from when the slot is added until it is removed. */
  constructor(keyOf: (slot: number) => number) {
    this.keyAt = (slot) => knownKey(keyOf(slot));
  }

  /** Makes room for slots below `slots`. */
  resize(slots: number, room = this.room): void {
    const kept = Math.min(slots, this.older.length);
    this.older = moved(this.older, slots, kept, room, this.room);
    this.newer = moved(this.newer, slots, kept, room, this.room);
  }

  has(key: number): boolean {
    return this.placeOf(key) >= 0;
  }

  /** The newest slot of a key; -1 where there is none. */
  newest(key: number): number {
    const at = this.placeOf(key);
    return at < 0 ? -1 : this.places[at] - 1;
  }

  /** Adds a slot that is not in it, by its number. */
  add(slot: number): void {
    const { places, mask } = this;
    const key = this.keyAt(slot);
    let at = this.home(key);
    while (places[at] !== 0 && this.keyAt(places[at] - 1) !== key) at = (at + 1) & mask;
    const before = places[at];
    places[at] = slot + 1;
    // Nearly always zeros already: what is not written takes no memory.
    if (this.older[slot] !== before) this.older[slot] = before;
    if (this.newer[slot] !== 0) this.newer[slot] = 0;
    if (before !== 0) this.newer[before - 1] = slot + 1;
    else if (++this.count * 4 > places.length * 3) this.grow();
  }

  /** Takes a slot out that is in it. */
  remove(slot: number): void {
    const older = this.older[slot];
    const newer = this.newer[slot];
    if (older !== 0) this.newer[older - 1] = newer;
    if (newer !== 0) this.older[newer - 1] = older;
    else if (older !== 0) this.places[this.placeOf(this.keyAt(slot))] = older;
    else this.free(this.placeOf(this.keyAt(slot)));
  }

  /** Calls `visit` with the slots of a key, the newest SLOTS_PER_KEY_VISITED of them. */
  forEach(key: number, visit: (slot: number) => void): void {
    const newest: number[] = [];
    for (
      let slot = this.newest(key);
      slot >= 0 && newest.length < SLOTS_PER_KEY_VISITED;
      slot = this.older[slot] - 1
    )
      newest.push(slot);
    for (let i = newest.length - 1; i >= 0; i--) visit(newest[i]);
  }

  clear(): void {
    if (this.count === 0) return;
    this.count = 0;
    if (this.places.length <= KEPT_PLACES) {
      this.places.fill(0);
      return;
    }
    this.room.release(this.places);
    this.places = this.room.int32(FIRST_PLACES);
    this.mask = FIRST_PLACES - 1;
    this.shift = 32 - Math.log2(FIRST_PLACES);
  }

  moveTo(room: ColumnRoom): void {
    this.places = moved(this.places, this.places.length, this.places.length, room, this.room);
    this.resize(this.older.length, room);
    this.room = room;
  }

  /** Tells the module of it, from slot `at` on. */
  lend({ integers }: KernelMemory, at: number): void {
    const first = 2 * at;
    integers[first] = this.places.byteOffset;
    integers[first + 1] = this.older.byteOffset;
    integers[first + 2] = this.count;
    integers[first + 3] = this.mask;
    integers[first + 4] = this.shift;
    integers[first + 5] = this.lowFactor;
    integers[first + 6] = this.highFactor;
    integers[first + 7] = this.newer.byteOffset;
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
    const key = knownKey(given);
    const { places, mask } = this;
    for (let at = this.home(key); places[at] !== 0; at = (at + 1) & mask) {
      if (this.keyAt(places[at] - 1) === key) return at;
    }
    return -1;
  }

  /** Nothing stands at a place any more: those behind move up, so that no look-up has to pass over it. */
  private free(place: number): void {
    const { places, mask } = this;
    let free = place;
    for (let next = (free + 1) & mask; places[next] !== 0; next = (next + 1) & mask) {
      const home = this.home(this.keyAt(places[next] - 1));
      if (((next - home) & mask) < ((next - free) & mask)) continue;
      places[free] = places[next];
      free = next;
    }
    places[free] = 0;
    this.count--;
  }

  private grow(): void {
    const { places } = this;
    const size = places.length * GROWTH;
    const larger = this.room.int32(size);
    const mask = size - 1;
    this.places = larger;
    this.mask = mask;
    this.shift -= Math.log2(GROWTH);
    for (let from = 0; from < places.length; from++) {
      if (places[from] === 0) continue;
      let at = this.home(this.keyAt(places[from] - 1));
      while (larger[at] !== 0) at = (at + 1) & mask;
      larger[at] = places[from];
    }
    this.room.release(places);
  }
}

function knownKey(key: number): number {
  return Number.isNaN(key) ? NOT_A_NUMBER : key;
}
