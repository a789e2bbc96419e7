import { NOT_KNOWN } from "./frame-kind.ts";

/** Frames of one leaf. Small, so that scattered exceptions stay cheap. */
export const LEAF = 64;
/** Entries of the columns before they grow. */
const FIRST_ENTRIES = 4 * LEAF;
/** Columns of more entries than this grow eightfold: what is not used yet takes no memory, and what is need not move often. */
const MANY_ENTRIES = 1 << 15;
/** Leaf numbers below this go through the three-level directory (gfns below 2^36). */
const DIRECTORY_LEAVES = 2 ** 30;
const FANOUT_BITS = 10;
const FANOUT = 1 << FANOUT_BITS;

/** Leaves that the trees which share it may still take. */
export class LeafPool {
  /** Leaves that are left. */
  left: number;

  constructor(leaves: number) {
    this.left = leaves;
  }
}

/**
 * What is kept of single frames of a domain, in columns: a radix tree from gfns to entries, one leaf for LEAF neighbours.
 * An entry is the index in every column. The columns move when the tree grows; an entry stays what it is until `forget`.
 */
export class FrameLeaves {
  /** FrameKind, 0: the default of this gfn. */
  kinds = new Uint8Array(FIRST_ENTRIES);
  /** Bits of EntryFlag. */
  flags = new Uint8Array(FIRST_ENTRIES);
  mfns = new Float64Array(FIRST_ENTRIES);
  aux = new Int32Array(FIRST_ENTRIES);
  /** Event of the latest change; 0: none. */
  events = new Float64Array(FIRST_ENTRIES);
  /** Frame of the latest grant that is gone, and the event at which it went. */
  goneMfns = new Float64Array(FIRST_ENTRIES);
  goneEvents = new Float64Array(FIRST_ENTRIES);
  /** Frame that the guest's own table names, and the event of its entry; 0: it has none. */
  guestMfns = new Float64Array(FIRST_ENTRIES);
  guestEvents = new Float64Array(FIRST_ENTRIES);
  private readonly roots: (Int32Array[] | undefined)[] = [];
  private readonly far = new Map<number, number>();
  private leafNumbers: number[] = [];
  private readonly pool: LeafPool;
  /** The leaf of the latest look-up that found one: the next frame mostly lies in it, too. */
  private lastNumber = -1;
  private lastEntry = 0;

  constructor(pool: LeafPool) {
    this.pool = pool;
  }

  /** Index of the gfn's entry, or -1 where its leaf was never touched. */
  find(gfn: number): number {
    const number = Math.floor(gfn / LEAF);
    if (number === this.lastNumber) return this.lastEntry + (gfn - number * LEAF);
    const leaf = this.leafOf(number);
    if (leaf < 0) return -1;
    this.lastNumber = number;
    this.lastEntry = leaf * LEAF;
    return leaf * LEAF + (gfn - number * LEAF);
  }

  /** Leaves that may still be made. */
  get room(): number {
    return this.pool.left;
  }

  /** Makes the leaf of a gfn that has none; the index of the gfn's entry, -1 where the pool has no leaf left. */
  make(gfn: number): number {
    if (this.pool.left === 0) return -1;
    this.pool.left--;
    const leaf = this.leafNumbers.length;
    const number = Math.floor(gfn / LEAF);
    this.leafNumbers.push(number);
    this.link(number, leaf);
    const entries = this.kinds.length;
    if ((leaf + 1) * LEAF > entries) this.resize(entries * (entries < MANY_ENTRIES ? 2 : 8), entries);
    const at = leaf * LEAF;
    this.mfns.fill(NOT_KNOWN, at, at + LEAF);
    this.aux.fill(NOT_KNOWN, at, at + LEAF);
    this.goneMfns.fill(NOT_KNOWN, at, at + LEAF);
    return at + (gfn - number * LEAF);
  }

  /** Gives all leaves back to the pool. */
  forget(): void {
    this.roots.length = 0;
    this.far.clear();
    this.resize(FIRST_ENTRIES, 0);
    this.pool.left += this.leafNumbers.length;
    this.leafNumbers = [];
    this.lastNumber = -1;
  }

  /** Calls `visit` with the first gfn and the first entry of each leaf, in order of gfn. */
  forEachLeaf(visit: (gfn: number, entry: number) => void): void {
    const order = this.leafNumbers.map((number, leaf) => ({ number, leaf }));
    for (const { number, leaf } of order.sort((a, b) => a.number - b.number))
      visit(number * LEAF, leaf * LEAF);
  }

  private leafOf(number: number): number {
    if (!(number < DIRECTORY_LEAVES)) return this.far.get(number) ?? -1;
    const middle = this.roots[number >>> (2 * FANOUT_BITS)]?.[(number >>> FANOUT_BITS) & (FANOUT - 1)];
    return middle === undefined ? -1 : middle[number & (FANOUT - 1)] - 1;
  }

  private link(number: number, leaf: number): void {
    if (number >= DIRECTORY_LEAVES) {
      this.far.set(number, leaf);
      return;
    }
    const root = number >>> (2 * FANOUT_BITS);
    let middles = this.roots[root];
    if (middles === undefined) {
      middles = [];
      this.roots[root] = middles;
    }
    const index = (number >>> FANOUT_BITS) & (FANOUT - 1);
    middles[index] ??= new Int32Array(FANOUT);
    middles[index][number & (FANOUT - 1)] = leaf + 1;
  }

  /** Gives the columns `size` entries, of which the first `kept` hold what they held and the others nothing. */
  private resize(size: number, kept: number): void {
    this.kinds = resized(this.kinds, new Uint8Array(size), kept);
    this.flags = resized(this.flags, new Uint8Array(size), kept);
    this.aux = resized(this.aux, new Int32Array(size), kept);
    for (const name of numberColumns) this[name] = resized(this[name], new Float64Array(size), kept);
  }
}

const numberColumns = ["mfns", "events", "goneMfns", "goneEvents", "guestMfns", "guestEvents"] as const;

function resized<T extends { set(from: T): void; subarray(start: number, end: number): T }>(
  from: T,
  to: T,
  kept: number,
): T {
  to.set(from.subarray(0, kept));
  return to;
}
