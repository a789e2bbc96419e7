import { type ColumnRoom, moved, separateRoom } from "./column-room.ts";
import type { KernelMemory } from "./kernel-memory.ts";

const FIRST_PLACES = 64;
/** Places that are free at least where the module has a stack. */
const LENT_PLACES = 1 << 12;

/** Slots that are free again: the latest comes first. */
export class SlotStack {
  private room: ColumnRoom = separateRoom;
  private places = new Int32Array(FIRST_PLACES) as Int32Array;
  private count = 0;

  /** Slots in it. */
  get size(): number {
    return this.count;
  }

  push(slot: number): void {
    if (this.count === this.places.length)
      this.places = moved(this.places, 2 * this.count, this.count, this.room);
    this.places[this.count++] = slot;
  }

  /** The latest, which is taken out; -1: there is none. */
  pop(): number {
    return this.count === 0 ? -1 : this.places[--this.count];
  }

  clear(): void {
    this.count = 0;
  }

  moveTo(room: ColumnRoom): void {
    this.places = moved(this.places, this.places.length, this.count, room, this.room);
    this.room = room;
  }

  /** Tells the module of it, from slot `at` on: address, slots in it, places. */
  lend({ integers }: KernelMemory, at: number): void {
    // The module cannot make room.
    if (this.count + LENT_PLACES > this.places.length)
      this.places = moved(this.places, 2 * (this.count + LENT_PLACES), this.count, this.room);
    integers[2 * at] = this.places.byteOffset;
    integers[2 * at + 1] = this.count;
    integers[2 * at + 2] = this.places.length;
  }

  /** The module has changed it. */
  takeBack({ integers }: KernelMemory, at: number): void {
    this.count = integers[2 * at + 1];
  }
}
