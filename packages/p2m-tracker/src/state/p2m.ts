import { FrameKind, LINEAGE, NOT_KNOWN } from "./frame-kind.ts";
import { type FrameLeaves, LEAF } from "./frame-leaves.ts";

/** A range of gfns with the kind that they have until a call changes them; `end` is exclusive. */
export interface DefaultRange {
  readonly start: number;
  readonly end: number;
  readonly kind: FrameKind;
  /** Frame behind `start`, the others follow; absent: not known. */
  readonly mfn?: number;
}

/** Numbers of one range for the module. */
export const RANGE_NUMBERS = 4;

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

/**
 * One domain's stage-2 map as far as it is known: what each gfn holds by default (own RAM in its banks, holes in its
 * extended regions, otherwise unknown), and the exceptions in the leaves of its frames.
 */
export class P2m {
  private readonly leaves: FrameLeaves;
  private defaults: readonly DefaultRange[];
  private last: DefaultRange | undefined;
  /** What `writeDefaults` has written. */
  private written: readonly DefaultRange[] | undefined;

  constructor(defaults: readonly DefaultRange[], leaves: FrameLeaves) {
    this.defaults = defaults;
    this.leaves = leaves;
  }

  /**
   * Writes what gfns hold by default into `rows`, as kernel-slots.ts says at RANGES_AT, where that has changed since it was
   * written there; gives how many rows; -1: there is no room for them.
   */
  writeDefaults(rows: Float64Array): number {
    const { defaults } = this;
    if (defaults.length * RANGE_NUMBERS > rows.length) return -1;
    if (this.written === defaults) return defaults.length;
    this.written = defaults;
    defaults.forEach(({ start, end, kind, mfn = NOT_KNOWN }, i) => {
      rows.set([start, end, kind, mfn], i * RANGE_NUMBERS);
    });
    return defaults.length;
  }

  /** What the gfn holds. */
  kindOf(gfn: number): FrameKind {
    return this.kindAt(this.leaves.find(gfn), gfn);
  }

  /** As `kindOf`, of a gfn whose entry was found; -1: it has none. */
  kindAt(entry: number, gfn: number): FrameKind {
    const kind = entry < 0 ? 0 : this.leaves.kinds[entry];
    return kind === 0 ? this.defaultOf(gfn) : (kind as FrameKind);
  }

  /** What the gfn holds before any call changed it. */
  defaultOf(gfn: number): FrameKind {
    return this.rangeOf(gfn)?.kind ?? FrameKind.unknown;
  }

  /** Index of an entry that is the gfn's alone, made if it is not there; -1 where the pool has no leaf left. */
  touch(gfn: number): number {
    return this.leaves.own(gfn);
  }

  /** Forgets every exception and what the defaults say: all becomes unknown. */
  forget(): void {
    this.leaves.forget();
    this.defaults = [];
    this.last = undefined;
  }

  /** Frame behind the gfn; NOT_KNOWN: none, or not known. */
  mfnAt(gfn: number): number {
    const entry = this.leaves.find(gfn);
    if (entry < 0) return this.defaultMfnOf(gfn);
    const mfn = this.leaves.mfns.get(entry);
    return mfn === NOT_KNOWN && this.leaves.kinds[entry] === 0 ? this.defaultMfnOf(gfn) : mfn;
  }

  /** grant: handle; foreign: domid; xen: index of the frame, or SHARED_INFO. NOT_KNOWN: none, or not known. */
  auxAt(gfn: number): number {
    const entry = this.leaves.find(gfn);
    return entry < 0 ? NOT_KNOWN : this.leaves.aux[entry];
  }

  /** Event of the gfn's latest change; 0: no call of the log changed it. */
  eventAt(gfn: number): number {
    const entry = this.leaves.find(gfn);
    return entry < 0 ? 0 : this.leaves.events.get(entry);
  }

  /** Frame of the latest grant at this gfn that is gone; NOT_KNOWN: none was seen to go, or its frame is not known. */
  goneMfnAt(gfn: number): number {
    const entry = this.leaves.find(gfn);
    return entry < 0 ? NOT_KNOWN : this.leaves.goneMfns.get(entry);
  }

  /** Event at which the latest grant at this gfn went; 0: none was seen to go. */
  goneEventAt(gfn: number): number {
    const entry = this.leaves.find(gfn);
    return entry < 0 ? 0 : this.leaves.goneEvents.get(entry);
  }

  /** Bits of EntryFlag: how a mapping may be used, and how own RAM left the gfn. */
  flagsAt(gfn: number): number {
    const entry = this.leaves.find(gfn);
    return entry < 0 ? 0 : this.leaves.flags[entry];
  }

  /** The domain begins with holes at these gfns. */
  startWithHoles(gfns: readonly number[]): void {
    for (const gfn of gfns) {
      const entry = this.touch(gfn);
      if (entry >= 0) this.leaves.kinds[entry] = FrameKind.hole;
      else this.forget();
    }
  }

  /** Copies what an entry holds now into the `old` members of a change; -1: none. The gfn is `change.gfn`. */
  read(entry: number, change: EntryChange): void {
    if (entry < 0) {
      change.oldKind = this.defaultOf(change.gfn);
      change.oldMfn = this.defaultMfnOf(change.gfn);
      change.oldAux = NOT_KNOWN;
      change.oldFlags = 0;
      change.oldEvent = 0;
      return;
    }
    const stored = this.leaves.kinds[entry];
    change.oldKind = stored === 0 ? this.defaultOf(change.gfn) : (stored as FrameKind);
    change.oldMfn = stored === 0 ? this.defaultMfnOf(change.gfn) : this.leaves.mfns.get(entry);
    change.oldAux = this.leaves.aux[entry];
    change.oldFlags = this.leaves.flags[entry];
    change.oldEvent = this.leaves.events.get(entry);
  }

  /** Writes the new members of a change into an entry, as done at `event`. Machine alone calls this. */
  write(entry: number, change: EntryChange, event: number): void {
    const isDefault = change.kind === FrameKind.own && this.defaultOf(change.gfn) === FrameKind.own;
    this.leaves.kinds[entry] = isDefault ? 0 : change.kind;
    this.leaves.mfns.set(entry, change.mfn);
    this.leaves.aux[entry] = change.aux;
    this.leaves.flags[entry] = change.flags;
    this.leaves.events.set(entry, event);
  }

  /** How many gfns from one on, `most` at most and all in its leaf (entry -1: it has none), hold the same kind, by the same default, with the same flags. */
  alike(gfn: number, entry: number, most: number): number {
    if (entry < 0 || this.leaves.isUniform(entry)) return Math.min(most, this.defaultRun(gfn));
    const { kinds, flags } = this.leaves;
    const stored = kinds[entry];
    const flag = flags[entry];
    const end = entry + Math.min(most, this.defaultRun(gfn));
    let at = entry + 1;
    while (at < end && kinds[at] === stored && flags[at] === flag) at++;
    return at - entry;
  }

  /**
   * As `writeRun`, for a whole leaf that is uniform or was never touched; the change is of its first gfn. False: it needs
   * entries of its own.
   */
  writeLeaf(change: EntryChange, event: number): boolean {
    const { kind, gfn, mfn, aux, flags } = change;
    const isDefault = kind === FrameKind.own && this.defaultOf(gfn) === FrameKind.own;
    if (aux !== NOT_KNOWN || (mfn !== NOT_KNOWN && !(isDefault && mfn === this.defaultMfnOf(gfn))))
      return false;
    return this.leaves.writeWhole(gfn, isDefault ? 0 : kind, flags, event);
  }

  /** As `write`, for `count` entries of one default; own RAM follows its first frame. */
  writeRun(entry: number, change: EntryChange, count: number, event: number): void {
    const { leaves } = this;
    const isDefault = change.kind === FrameKind.own && this.defaultOf(change.gfn) === FrameKind.own;
    const end = entry + count;
    leaves.kinds.fill(isDefault ? 0 : change.kind, entry, end);
    leaves.mfns.fill(change.mfn, entry, end);
    if (change.mfn !== NOT_KNOWN) for (let i = 1; i < count; i++) leaves.mfns.set(entry + i, change.mfn + i);
    leaves.aux.fill(change.aux, entry, end);
    leaves.flags.fill(change.flags, entry, end);
    leaves.events.fill(event, entry, end);
  }

  /** Notes that the grant with this frame left the entry. Machine alone calls this. */
  noteGone(entry: number, mfn: number, event: number): void {
    this.leaves.goneMfns.set(entry, mfn);
    this.leaves.goneEvents.set(entry, event);
  }

  /** The grant at this gfn belongs to no handle any more: the handle's number may come again for another map. */
  orphanGrant(gfn: number): void {
    const entry = this.leaves.find(gfn);
    if (entry >= 0 && this.leaves.kinds[entry] === FrameKind.grant) this.leaves.aux[entry] = NOT_KNOWN;
  }

  /** The frame of the grant at this gfn has become known. */
  learnGrantMfn(gfn: number, mfn: number): void {
    const entry = this.leaves.find(gfn);
    if (entry >= 0 && this.leaves.kinds[entry] === FrameKind.grant) this.leaves.mfns.set(entry, mfn);
  }

  /** Calls `visit` with each gfn that has an entry of its own, in order of gfn. */
  forEach(visit: (gfn: number) => void): void {
    this.leaves.forEachLeaf((first, entry, step) => {
      for (let i = 0; i < LEAF; i++) if (this.leaves.kinds[entry + i * step] !== 0) visit(first + i);
    });
  }

  /** Lineage flags of the gfn: how own RAM left it. */
  lineageOf(gfn: number): number {
    return this.flagsAt(gfn) & LINEAGE;
  }

  /** gfns from one on that have their default by the same range, or by none. */
  private defaultRun(gfn: number): number {
    const range = this.rangeOf(gfn);
    let end = range?.end ?? Number.POSITIVE_INFINITY;
    for (const other of this.defaults) if (other.start > gfn && other.start < end) end = other.start;
    return end - gfn;
  }

  private rangeOf(gfn: number): DefaultRange | undefined {
    let range = this.last;
    if (range !== undefined && gfn >= range.start && gfn < range.end) return range;
    for (range of this.defaults) {
      if (gfn >= range.start && gfn < range.end) {
        if (this.isFirst(range)) this.last = range;
        return range;
      }
    }
    return undefined;
  }

  /** Whether a range has no gfn in common with those before it, whose defaults would count there. */
  private isFirst(range: DefaultRange): boolean {
    for (const before of this.defaults) {
      if (before === range) return true;
      if (before.start < range.end && range.start < before.end) return false;
    }
    return true;
  }

  private defaultMfnOf(gfn: number): number {
    const range = this.rangeOf(gfn);
    return range?.mfn === undefined ? NOT_KNOWN : range.mfn + (gfn - range.start);
  }
}
