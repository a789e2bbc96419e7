import { type ColumnRoom, grown, moved, separateRoom } from "../memory/column-room.ts";
import type { KernelMemory } from "../memory/kernel-memory.ts";
import * as slots from "../memory/kernel-slots.ts";
import { PairColumn } from "../memory/pair-column.ts";
import { SlotStack } from "../memory/slot-stack.ts";
import { NOT_KNOWN } from "./frame-kind.ts";

/** Frames of one leaf. Small, so that scattered exceptions stay cheap. */
export const LEAF = 64;
/** Of a leaf, what a uniform one takes from the pool. */
const UNIFORM_SHARE = 1 / LEAF;
/** Entries of the columns before they grow. */
const FIRST_ENTRIES = 4 * LEAF;
/** Leaf numbers below this go through the three-level directory (gfns below 2^36). */
const DIRECTORY_LEAVES = 2 ** 30;
const FANOUT_BITS = 10;
const FANOUT = 1 << FANOUT_BITS;

/** Leaves that the trees which share it may still take. */
export class LeafPool {
  /** Leaves that are left; a uniform leaf takes a part of one. */
  left: number;

  constructor(leaves: number) {
    this.left = leaves;
  }
}

/**
 * What is kept of single frames of a domain, in columns: a radix tree from gfns to entries, one leaf for LEAF neighbours.
 * An entry is the index in every column. A leaf of which all frames hold the same is uniform: one entry stands for all of
 * them, and for those of other such leaves that were written alike (a balloon's call fills many). The columns move when the
 * tree grows; an entry stays what it is until its leaf is written as a whole, or until `forget`.
 */
export class FrameLeaves {
  /** FrameKind, 0: the default of this gfn. */
  kinds: Uint8Array = separateRoom.uint8(FIRST_ENTRIES);
  /** Bits of EntryFlag. */
  flags: Uint8Array = separateRoom.uint8(FIRST_ENTRIES);
  readonly mfns = new PairColumn(FIRST_ENTRIES, NOT_KNOWN);
  aux: Int32Array = separateRoom.int32(FIRST_ENTRIES);
  /** Event of the latest change; 0: none. */
  readonly events = new PairColumn(FIRST_ENTRIES, 0);
  /** Frame of the latest grant that is gone, and the event at which it went. */
  readonly goneMfns = new PairColumn(FIRST_ENTRIES, NOT_KNOWN);
  readonly goneEvents = new PairColumn(FIRST_ENTRIES, 0);
  /** Frame that the guest's own table names, and the event of its entry; 0: it has none. */
  readonly guestMfns = new PairColumn(FIRST_ENTRIES, 0);
  readonly guestEvents = new PairColumn(FIRST_ENTRIES, 0);
  /** Uniform leaves that an entry stands for; 0: it stands for one frame. */
  private leavesOf: Int32Array = separateRoom.int32(FIRST_ENTRIES);
  /** By number of a leaf in three levels: 0 none, n > 0 the entries from (n - 1) * LEAF on, n < 0 the one entry -1 - n. */
  private readonly roots: (Int32Array[] | undefined)[] = [];
  /** The same for the module: where the places lie in the memory that both work on, by tables of addresses. */
  private directory: Int32Array | undefined;
  private readonly addresses: (Int32Array | undefined)[] = [];
  private columnRoom: ColumnRoom = separateRoom;
  private readonly far = new Map<number, number>();
  private readonly pool: LeafPool;
  /** What was taken from the pool. */
  private taken = 0;
  /** Groups of LEAF entries in use. */
  private groups = 0;
  /** Entries for uniform leaves that are free again, and those of the latest group that no leaf had yet. */
  private readonly free = new SlotStack();
  private nextUniform = 0;
  private endUniform = 0;
  /** Entry of the uniform leaf that was written last; -1: it is not one any more. */
  private latest = -1;
  /** The leaf of the latest look-up that found one: the next frame mostly lies in it, too. */
  private lastNumber = -1;
  private lastEntry = 0;
  /** Which bits of a frame's place in that leaf choose its entry: all, or none where the leaf is uniform. */
  private lastMask = 0;

  constructor(pool: LeafPool) {
    this.pool = pool;
  }

  /** Index of the gfn's entry, for reading; -1 where its leaf was never touched. */
  find(gfn: number): number {
    const number = Math.floor(gfn / LEAF);
    if (number !== this.lastNumber && !this.turnTo(number)) return -1;
    return this.lastEntry + ((gfn - number * LEAF) & this.lastMask);
  }

  /** Whether an entry stands for whole leaves: it must not be written. */
  isUniform(entry: number): boolean {
    return this.leavesOf[entry] !== 0;
  }

  /** Leaves that may still be made. */
  get room(): number {
    return this.pool.left;
  }

  /**
   * Index of an entry that is this gfn's alone: its leaf is made, or spread out where it is uniform. -1 where the pool has
   * no leaf left.
   */
  own(gfn: number): number {
    const found = this.find(gfn);
    if (found >= 0 && !this.isUniform(found)) return found;
    if (this.pool.left < 1) return -1;
    this.take(1);
    const number = Math.floor(gfn / LEAF);
    const at = this.addGroup();
    this.aux.fill(NOT_KNOWN, at, at + LEAF);
    if (found >= 0) {
      this.kinds.fill(this.kinds[found], at, at + LEAF);
      this.flags.fill(this.flags[found], at, at + LEAF);
      this.events.fill(this.events.get(found), at, at + LEAF);
      this.leave(found);
    }
    this.link(number, at / LEAF + 1);
    this.lastNumber = -1;
    return at + (gfn - number * LEAF);
  }

  /**
   * All frames of the leaf that begins at a gfn get the same kind, flags and event, and nothing else is known of them; the
   * leaf is uniform, or was never touched. False: the pool has no leaf left.
   */
  writeWhole(gfn: number, kind: number, flags: number, event: number): boolean {
    const number = gfn / LEAF;
    const found = this.find(gfn);
    if (found < 0) {
      // What a first leaf of its neighbourhood takes of the directory is as much as a leaf of its own.
      const share = this.hasMiddle(number) ? UNIFORM_SHARE : 1;
      if (this.pool.left < share) return false;
      this.take(share);
    } else this.leave(found);
    const { latest } = this;
    const isLike =
      latest >= 0 &&
      this.kinds[latest] === kind &&
      this.flags[latest] === flags &&
      this.events.get(latest) === event;
    const entry = isLike ? latest : this.addUniform(kind, flags, event);
    this.leavesOf[entry]++;
    this.latest = entry;
    this.link(number, -1 - entry);
    this.lastNumber = -1;
    return true;
  }

  /** Gives all leaves back to the pool. */
  forget(): void {
    for (const middles of this.roots)
      middles?.forEach((places) => {
        this.columnRoom.release(places);
      });
    this.roots.length = 0;
    this.directory?.fill(0);
    this.addresses.forEach((table) => {
      if (table !== undefined) this.columnRoom.release(table);
    });
    this.addresses.length = 0;
    this.far.clear();
    this.resize(FIRST_ENTRIES, 0);
    this.pool.left += this.taken;
    this.taken = 0;
    this.groups = 0;
    this.free.clear();
    this.nextUniform = 0;
    this.endUniform = 0;
    this.latest = -1;
    this.lastNumber = -1;
  }

  /**
   * Calls `visit` with the first gfn and the first entry of each leaf, in order of gfn, and the distance of its entries: 1,
   * or 0 where the leaf is uniform.
   */
  forEachLeaf(visit: (gfn: number, entry: number, step: number) => void): void {
    const tell = (number: number, place: number): void => {
      if (place > 0) visit(number * LEAF, (place - 1) * LEAF, 1);
      else if (place < 0) visit(number * LEAF, -1 - place, 0);
    };
    this.roots.forEach((middles, root) => {
      middles?.forEach((places, middle) => {
        const first = (root * FANOUT + middle) * FANOUT;
        for (let i = 0; i < FANOUT; i++) tell(first + i, places[i]);
      });
    });
    for (const [number, place] of [...this.far].sort((a, b) => a[0] - b[0])) tell(number, place);
  }

  /** All lies in `room` from now on. */
  moveTo(room: ColumnRoom): void {
    this.resize(this.kinds.length, this.groups * LEAF, room);
    this.free.moveTo(room);
    this.directory = room.int32(FANOUT);
    this.roots.forEach((middles, root) => {
      middles?.forEach((places, index) => {
        middles[index] = moved(places, FANOUT, FANOUT, room, this.columnRoom);
        this.direct(root, index, middles[index], room);
      });
    });
    this.columnRoom = room;
  }

  /** Whether the module can read all columns. */
  get isPlain(): boolean {
    for (const name of numberColumns) if (!this[name].isPlain) return false;
    return true;
  }

  /** Tells the module of the leaves; `moveTo` has brought them into its memory. */
  lend(kernel: KernelMemory): void {
    const { integers, numbers } = kernel;
    integers[2 * slots.KINDS_AT] = this.kinds.byteOffset;
    integers[2 * slots.FLAGS_AT] = this.flags.byteOffset;
    this.mfns.lend(kernel, slots.MFNS_AT);
    integers[2 * slots.AUX_AT] = this.aux.byteOffset;
    this.events.lend(kernel, slots.EVENTS_AT);
    this.goneMfns.lend(kernel, slots.GONE_MFNS_AT);
    this.goneEvents.lend(kernel, slots.GONE_EVENTS_AT);
    this.guestMfns.lend(kernel, slots.GUEST_MFNS_AT);
    this.guestEvents.lend(kernel, slots.GUEST_EVENTS_AT);
    integers[2 * slots.LEAVES_OF_AT] = this.leavesOf.byteOffset;
    integers[2 * slots.DIRECTORY_AT] = this.directory?.byteOffset ?? 0;
    integers[2 * slots.GROUPS] = this.groups;
    integers[2 * slots.GROUPS_MAX] = this.kinds.length / LEAF;
    integers[2 * slots.LATEST_UNIFORM] = this.latest;
    integers[2 * slots.NEXT_UNIFORM] = this.nextUniform;
    integers[2 * slots.END_UNIFORM] = this.endUniform;
    numbers[slots.LEAVES_LEFT] = this.pool.left;
    this.free.lend(kernel, slots.UNIFORM_FREE);
  }

  /** The module has changed them. */
  takeBack(kernel: KernelMemory): void {
    const { integers, numbers } = kernel;
    this.take(numbers[slots.LEAVES_TAKEN]);
    this.groups = integers[2 * slots.GROUPS];
    this.nextUniform = integers[2 * slots.NEXT_UNIFORM];
    this.endUniform = integers[2 * slots.END_UNIFORM];
    this.latest = integers[2 * slots.LATEST_UNIFORM];
    this.free.takeBack(kernel, slots.UNIFORM_FREE);
    this.lastNumber = -1;
  }

  /** Makes a leaf the one of the latest look-up; false: it was never touched. */
  private turnTo(number: number): boolean {
    const place = this.placeOf(number);
    if (place === 0) return false;
    this.lastNumber = number;
    this.lastEntry = place > 0 ? (place - 1) * LEAF : -1 - place;
    this.lastMask = place > 0 ? LEAF - 1 : 0;
    return true;
  }

  private placeOf(number: number): number {
    if (!(number < DIRECTORY_LEAVES)) return this.far.get(number) ?? 0;
    const middle = this.roots[number >>> (2 * FANOUT_BITS)]?.[(number >>> FANOUT_BITS) & (FANOUT - 1)];
    return middle === undefined ? 0 : middle[number & (FANOUT - 1)];
  }

  private hasMiddle(number: number): boolean {
    if (!(number < DIRECTORY_LEAVES)) return false;
    return this.roots[number >>> (2 * FANOUT_BITS)]?.[(number >>> FANOUT_BITS) & (FANOUT - 1)] !== undefined;
  }

  private link(number: number, place: number): void {
    if (number >= DIRECTORY_LEAVES) {
      this.far.set(number, place);
      return;
    }
    const root = number >>> (2 * FANOUT_BITS);
    let middles = this.roots[root];
    if (middles === undefined) {
      middles = [];
      this.roots[root] = middles;
    }
    const index = (number >>> FANOUT_BITS) & (FANOUT - 1);
    if (middles[index] === undefined) {
      middles[index] = this.columnRoom.int32(FANOUT);
      this.direct(root, index, middles[index]);
    }
    middles[index][number & (FANOUT - 1)] = place;
  }

  private take(leaves: number): void {
    this.pool.left -= leaves;
    this.taken += leaves;
  }

  /** An entry that stands for one uniform leaf less. */
  private leave(entry: number): void {
    if (--this.leavesOf[entry] > 0) return;
    this.free.push(entry);
    if (this.latest === entry) this.latest = -1;
  }

  private addUniform(kind: number, flags: number, event: number): number {
    if (this.free.size === 0 && this.nextUniform === this.endUniform) {
      this.nextUniform = this.addGroup();
      this.endUniform = this.nextUniform + LEAF;
    }
    const again = this.free.pop();
    const entry = again < 0 ? this.nextUniform++ : again;
    this.kinds[entry] = kind;
    this.flags[entry] = flags;
    this.events.set(entry, event);
    this.mfns.set(entry, NOT_KNOWN);
    this.aux[entry] = NOT_KNOWN;
    return entry;
  }

  /** First of LEAF entries more. */
  private addGroup(): number {
    const at = this.groups++ * LEAF;
    const entries = this.kinds.length;
    if (at + LEAF > entries) this.resize(grown(entries, at + LEAF), entries);
    return at;
  }

  /** Gives the columns `size` entries, of which the first `kept` hold what they held and the others nothing. */
  private resize(size: number, kept: number, room = this.columnRoom): void {
    const from = this.columnRoom;
    for (const name of ["kinds", "flags"] as const) this[name] = moved(this[name], size, kept, room, from);
    for (const name of ["aux", "leavesOf"] as const) this[name] = moved(this[name], size, kept, room, from);
    for (const name of numberColumns) this[name].move(size, kept, room, from);
  }

  /** Notes for the module where the places of a neighbourhood lie. */
  private direct(root: number, index: number, places: Int32Array, room = this.columnRoom): void {
    if (this.directory === undefined) return;
    const table = this.addresses[root] ?? room.int32(FANOUT);
    this.addresses[root] = table;
    this.directory[root] = table.byteOffset;
    table[index] = places.byteOffset;
  }
}

const numberColumns = ["mfns", "events", "goneMfns", "goneEvents", "guestMfns", "guestEvents"] as const;
