import { FrameKind, LINEAGE, NOT_KNOWN } from "./frame-kind.ts";
import { P2M_LEAVES_MAX } from "./limits.ts";

/** Frames of one leaf. Small, so that scattered exceptions stay cheap. */
const LEAF = 64;
/** Leaf numbers below this go through the three-level directory (gfns below 2^36). */
const DIRECTORY_LEAVES = 2 ** 30;
const FANOUT_BITS = 10;
const FANOUT = 1 << FANOUT_BITS;

/** A range of gfns with the kind that they have until a call changes them; `end` is exclusive. */
export interface DefaultRange {
  readonly start: number;
  readonly end: number;
  readonly kind: FrameKind;
}

/**
 * One domain's stage-2 map as far as it is known: what each gfn holds by default (own RAM in its banks, holes in its
 * extended regions, otherwise unknown), and the exceptions in a radix tree over columns. An entry is addressed by its
 * index in the columns.
 */
export class P2m {
  /** FrameKind, 0: the default of this gfn. */
  kinds = new Uint8Array(16 * LEAF);
  flags = new Uint8Array(16 * LEAF);
  /** Frame behind the gfn; NOT_KNOWN. */
  mfns = new Float64Array(16 * LEAF);
  /** grant: handle; foreign: domid; xen: frame index or SHARED_INFO; NOT_KNOWN. */
  aux = new Int32Array(16 * LEAF);
  /** Event of the latest change; 0: none yet. */
  events = new Float64Array(16 * LEAF);
  /** Frame of the latest grant at this gfn that is gone; NOT_KNOWN. */
  goneMfns = new Float64Array(16 * LEAF);
  /** Event at which it went. */
  goneEvents = new Float64Array(16 * LEAF);
  private readonly roots: (Int32Array[] | undefined)[] = [];
  private readonly far = new Map<number, number>();
  private leafNumbers: number[] = [];
  private defaults: readonly DefaultRange[];
  private last: DefaultRange | undefined;

  constructor(defaults: readonly DefaultRange[]) {
    this.defaults = defaults;
  }

  /** What the gfn holds. */
  kindOf(gfn: number): FrameKind {
    const entry = this.find(gfn);
    const kind = entry < 0 ? 0 : this.kinds[entry];
    return kind === 0 ? this.defaultOf(gfn) : (kind as FrameKind);
  }

  /** What the gfn holds before any call changed it. */
  defaultOf(gfn: number): FrameKind {
    let range = this.last;
    if (range !== undefined && gfn >= range.start && gfn < range.end) return range.kind;
    for (range of this.defaults) {
      if (gfn >= range.start && gfn < range.end) {
        this.last = range;
        return range.kind;
      }
    }
    return FrameKind.unknown;
  }

  /** Index of the gfn's entry, or -1 where its leaf was never touched. */
  find(gfn: number): number {
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

  /** Index of the gfn's entry, made if it is not there; -1 beyond P2M_LEAVES_MAX. */
  touch(gfn: number): number {
    const found = this.find(gfn);
    if (found >= 0) return found;
    const leaf = this.leafNumbers.length;
    if (leaf >= P2M_LEAVES_MAX) return -1;
    const number = Math.floor(gfn / LEAF);
    this.leafNumbers.push(number);
    this.link(number, leaf);
    if ((leaf + 1) * LEAF > this.kinds.length) this.grow();
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
    this.kinds.fill(0, 0, this.leafNumbers.length * LEAF);
    this.flags.fill(0, 0, this.leafNumbers.length * LEAF);
    this.events.fill(0, 0, this.leafNumbers.length * LEAF);
    this.leafNumbers = [];
    this.defaults = [];
    this.last = undefined;
  }

  /** Calls `visit` with each gfn that has an entry of its own, in order of gfn. */
  forEach(visit: (gfn: number, entry: number) => void): void {
    const order = this.leafNumbers
      .map((number, leaf) => ({ number, leaf }))
      .sort((a, b) => a.number - b.number);
    for (const { number, leaf } of order) {
      for (let i = 0; i < LEAF; i++) {
        const entry = leaf * LEAF + i;
        if (this.kinds[entry] !== 0) visit(number * LEAF + i, entry);
      }
    }
  }

  /** Lineage flags of the gfn: how own RAM left it. */
  lineageOf(gfn: number): number {
    const entry = this.find(gfn);
    return entry < 0 ? 0 : this.flags[entry] & LINEAGE;
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

  private grow(): void {
    const size = this.kinds.length * 2;
    this.kinds = grown(this.kinds, new Uint8Array(size));
    this.flags = grown(this.flags, new Uint8Array(size));
    this.mfns = grown(this.mfns, new Float64Array(size));
    this.aux = grown(this.aux, new Int32Array(size));
    this.events = grown(this.events, new Float64Array(size));
    this.goneMfns = grown(this.goneMfns, new Float64Array(size));
    this.goneEvents = grown(this.goneEvents, new Float64Array(size));
  }
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
