import { FrameKind, LINEAGE, NOT_KNOWN } from "./frame-kind.ts";

/** Frames of one leaf. Small, so that scattered exceptions stay cheap. */
const LEAF = 64;
/** Entries of a tree's columns before they grow. */
const FIRST_ENTRIES = 4 * LEAF;
/** Leaf numbers below this go through the three-level directory (gfns below 2^36). */
const DIRECTORY_LEAVES = 2 ** 30;
const FANOUT_BITS = 10;
const FANOUT = 1 << FANOUT_BITS;

/** A range of gfns with the kind that they have until a call changes them; `end` is exclusive. */
export interface DefaultRange {
  readonly start: number;
  readonly end: number;
  readonly kind: FrameKind;
  /** Frame behind `start`, the others follow; absent: not known. */
  readonly mfn?: number;
}

/** What one change of a gfn does to its entry: what was there, and what is there now. */
export interface EntryChange {
  gfn: number;
  oldKind: FrameKind;
  /** NOT_KNOWN: none, or not known; so are `oldAux`, `mfn` and `aux`. */
  oldMfn: number;
  oldAux: number;
  /** Bits of EntryFlag. */
  oldFlags: number;
  /** Event of the change before; 0: no call of the log had changed the gfn. */
  oldEvent: number;
  kind: FrameKind;
  mfn: number;
  aux: number;
  flags: number;
}

/** Leaves that the trees which share it may still take. */
export class LeafPool {
  /** Leaves that are left. */
  left: number;

  constructor(leaves: number) {
    this.left = leaves;
  }
}

/**
 * One domain's stage-2 map as far as it is known: what each gfn holds by default (own RAM in its banks, holes in its
 * extended regions, otherwise unknown), and the exceptions in a radix tree over columns. An entry is addressed by its
 * index in the columns.
 */
export class P2m {
  /** FrameKind, 0: the default of this gfn. */
  private kinds = new Uint8Array(FIRST_ENTRIES);
  private flags = new Uint8Array(FIRST_ENTRIES);
  private mfns = new Float64Array(FIRST_ENTRIES);
  private aux = new Int32Array(FIRST_ENTRIES);
  private events = new Float64Array(FIRST_ENTRIES);
  private goneMfns = new Float64Array(FIRST_ENTRIES);
  private goneEvents = new Float64Array(FIRST_ENTRIES);
  private readonly roots: (Int32Array[] | undefined)[] = [];
  private readonly far = new Map<number, number>();
  private leafNumbers: number[] = [];
  private defaults: readonly DefaultRange[];
  private last: DefaultRange | undefined;
  private readonly pool: LeafPool;

  constructor(defaults: readonly DefaultRange[], pool: LeafPool) {
    this.defaults = defaults;
    this.pool = pool;
  }

  /** What the gfn holds. */
  kindOf(gfn: number): FrameKind {
    const entry = this.find(gfn);
    const kind = entry < 0 ? 0 : this.kinds[entry];
    return kind === 0 ? this.defaultOf(gfn) : (kind as FrameKind);
  }

  /** What the gfn holds before any call changed it. */
  defaultOf(gfn: number): FrameKind {
    return this.rangeOf(gfn)?.kind ?? FrameKind.unknown;
  }

  /** Index of the gfn's entry, or -1 where its leaf was never touched. */
  private find(gfn: number): number {
    const number = Math.floor(gfn / LEAF);
    let leaf: number;
    if (number < DIRECTORY_LEAVES) {
      const middle = this.roots[number >>> (2 * FANOUT_BITS)]?.[(number >>> FANOUT_BITS) & (FANOUT - 1)];
      leaf = middle === undefined ? -1 : middle[number & (FANOUT - 1)] - 1;
    } else {
      leaf = this.far.get(number) ?? -1;
    }
    return leaf < 0 ? -1 : leaf * LEAF + (gfn - number * LEAF);
  }

  /** Index of the gfn's entry, made if it is not there; -1 where the pool has no leaf left. */
  touch(gfn: number): number {
    const found = this.find(gfn);
    if (found >= 0) return found;
    const leaf = this.leafNumbers.length;
    if (this.pool.left === 0) return -1;
    this.pool.left--;
    const number = Math.floor(gfn / LEAF);
    this.leafNumbers.push(number);
    this.link(number, leaf);
    if ((leaf + 1) * LEAF > this.kinds.length) this.resize(this.kinds.length * 2, this.kinds.length);
    const at = leaf * LEAF;
    this.mfns.fill(NOT_KNOWN, at, at + LEAF);
    this.aux.fill(NOT_KNOWN, at, at + LEAF);
    this.goneMfns.fill(NOT_KNOWN, at, at + LEAF);
    this.goneEvents.fill(0, at, at + LEAF);
    return at + (gfn - number * LEAF);
  }

  /** Forgets every exception and what the defaults say: all becomes unknown. */
  forget(): void {
    this.roots.length = 0;
    this.far.clear();
    this.resize(FIRST_ENTRIES, 0);
    this.pool.left += this.leafNumbers.length;
    this.leafNumbers = [];
    this.defaults = [];
    this.last = undefined;
  }

  /** Frame behind the gfn; NOT_KNOWN: none, or not known. */
  mfnAt(gfn: number): number {
    const entry = this.find(gfn);
    if (entry < 0) return this.defaultMfnOf(gfn);
    const mfn = this.mfns[entry];
    return mfn === NOT_KNOWN && this.kinds[entry] === 0 ? this.defaultMfnOf(gfn) : mfn;
  }

  /** grant: handle; foreign: domid; xen: index of the frame, or SHARED_INFO. NOT_KNOWN: none, or not known. */
  auxAt(gfn: number): number {
    const entry = this.find(gfn);
    return entry < 0 ? NOT_KNOWN : this.aux[entry];
  }

  /** Event of the gfn's latest change; 0: no call of the log changed it. */
  eventAt(gfn: number): number {
    const entry = this.find(gfn);
    return entry < 0 ? 0 : this.events[entry];
  }

  /** Frame of the latest grant at this gfn that is gone; NOT_KNOWN: none was seen to go, or its frame is not known. */
  goneMfnAt(gfn: number): number {
    const entry = this.find(gfn);
    return entry < 0 ? NOT_KNOWN : this.goneMfns[entry];
  }

  /** Event at which the latest grant at this gfn went; 0: none was seen to go. */
  goneEventAt(gfn: number): number {
    const entry = this.find(gfn);
    return entry < 0 ? 0 : this.goneEvents[entry];
  }

  /** Bits of EntryFlag: how a mapping may be used, and how own RAM left the gfn. */
  flagsAt(gfn: number): number {
    const entry = this.find(gfn);
    return entry < 0 ? 0 : this.flags[entry];
  }

  /** The domain begins with holes at these gfns. */
  startWithHoles(gfns: readonly number[]): void {
    for (const gfn of gfns) {
      const entry = this.touch(gfn);
      if (entry >= 0) this.kinds[entry] = FrameKind.hole;
      else this.forget();
    }
  }

  /** Copies what an entry holds now into the `old` members of a change. The gfn is `change.gfn`. */
  read(entry: number, change: EntryChange): void {
    const stored = this.kinds[entry];
    change.oldKind = stored === 0 ? this.defaultOf(change.gfn) : (stored as FrameKind);
    change.oldMfn = stored === 0 ? this.defaultMfnOf(change.gfn) : this.mfns[entry];
    change.oldAux = this.aux[entry];
    change.oldFlags = this.flags[entry];
    change.oldEvent = this.events[entry];
  }

  /** Writes the new members of a change into an entry, as done at `event`. Machine alone calls this. */
  write(entry: number, change: EntryChange, event: number): void {
    const isDefault = change.kind === FrameKind.own && this.defaultOf(change.gfn) === FrameKind.own;
    this.kinds[entry] = isDefault ? 0 : change.kind;
    this.mfns[entry] = change.mfn;
    this.aux[entry] = change.aux;
    this.flags[entry] = change.flags;
    this.events[entry] = event;
  }

  /** Notes that the grant with this frame left the entry. Machine alone calls this. */
  noteGone(entry: number, mfn: number, event: number): void {
    this.goneMfns[entry] = mfn;
    this.goneEvents[entry] = event;
  }

  /** The grant at this gfn belongs to no handle any more: the handle's number may come again for another map. */
  orphanGrant(gfn: number): void {
    const entry = this.find(gfn);
    if (entry >= 0 && this.kinds[entry] === FrameKind.grant) this.aux[entry] = NOT_KNOWN;
  }

  /** The frame of the grant at this gfn has become known. */
  learnGrantMfn(gfn: number, mfn: number): void {
    const entry = this.find(gfn);
    if (entry >= 0 && this.kinds[entry] === FrameKind.grant) this.mfns[entry] = mfn;
  }

  /** Calls `visit` with each gfn that has an entry of its own, in order of gfn. */
  forEach(visit: (gfn: number) => void): void {
    const order = this.leafNumbers
      .map((number, leaf) => ({ number, leaf }))
      .sort((a, b) => a.number - b.number);
    for (const { number, leaf } of order) {
      for (let i = 0; i < LEAF; i++) {
        const entry = leaf * LEAF + i;
        if (this.kinds[entry] !== 0) visit(number * LEAF + i);
      }
    }
  }

  /** Lineage flags of the gfn: how own RAM left it. */
  lineageOf(gfn: number): number {
    return this.flagsAt(gfn) & LINEAGE;
  }

  private rangeOf(gfn: number): DefaultRange | undefined {
    let range = this.last;
    if (range !== undefined && gfn >= range.start && gfn < range.end) return range;
    for (range of this.defaults) {
      if (gfn >= range.start && gfn < range.end) {
        this.last = range;
        return range;
      }
    }
    return undefined;
  }

  private defaultMfnOf(gfn: number): number {
    const range = this.rangeOf(gfn);
    return range?.mfn === undefined ? NOT_KNOWN : range.mfn + (gfn - range.start);
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

  /** Gives the columns `size` entries, of which the first `kept` hold what they held. */
  private resize(size: number, kept: number): void {
    this.kinds = resized(this.kinds, new Uint8Array(size), kept);
    this.flags = resized(this.flags, new Uint8Array(size), kept);
    this.mfns = resized(this.mfns, new Float64Array(size), kept);
    this.aux = resized(this.aux, new Int32Array(size), kept);
    this.events = resized(this.events, new Float64Array(size), kept);
    this.goneMfns = resized(this.goneMfns, new Float64Array(size), kept);
    this.goneEvents = resized(this.goneEvents, new Float64Array(size), kept);
  }
}

function resized<T extends { set(from: T): void; subarray(start: number, end: number): T }>(
  from: T,
  to: T,
  kept: number,
): T {
  to.set(from.subarray(0, kept));
  return to;
}
