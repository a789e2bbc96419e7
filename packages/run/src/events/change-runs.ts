import { type Change, type FrameKind, NOT_KNOWN } from "@xgt/p2m-tracker";
import { CHANGE_RUNS_MAX } from "../limits.ts";

const INITIAL = 64;

/** Changes of neighbouring gfns that became the same kind of thing: one run, of which the mfns follow the gfns. */
export interface ChangeRun {
  readonly domid: number;
  readonly gfn: number;
  readonly count: number;
  readonly oldKind: FrameKind;
  readonly kind: FrameKind;
  /** Frame behind the first gfn now; null: none, or not known. */
  readonly mfn: number | null;
}

/**
 * All that one event changed in the p2m, as runs in columns, in the order of the changes. Beyond CHANGE_RUNS_MAX runs
 * only the number of further changes and the range that they lie in are kept.
 */
export class ChangeRuns {
  /** Runs that are kept. */
  length = 0;
  /** Changes that are in no run. */
  hidden = 0;
  private hiddenFirst = Number.POSITIVE_INFINITY;
  private hiddenLast = -1;
  private gfns = new Float64Array(INITIAL);
  private counts = new Float64Array(INITIAL);
  private mfns = new Float64Array(INITIAL);
  private domids = new Int32Array(INITIAL);
  private oldKinds = new Uint8Array(INITIAL);
  private kinds = new Uint8Array(INITIAL);

  /** One more change. */
  add(change: Change): void {
    const { gfn, mfn } = change;
    if (this.joins(change)) {
      this.counts[this.length - 1]++;
      return;
    }
    if (this.length === CHANGE_RUNS_MAX) {
      this.hidden++;
      this.hiddenFirst = Math.min(this.hiddenFirst, gfn);
      this.hiddenLast = Math.max(this.hiddenLast, gfn);
      return;
    }
    if (this.length === this.gfns.length) this.resize(this.length * 2);
    const at = this.length++;
    this.gfns[at] = gfn;
    this.counts[at] = 1;
    this.mfns[at] = mfn;
    this.domids[at] = change.domain.domid;
    this.oldKinds[at] = change.oldKind;
    this.kinds[at] = change.kind;
  }

  /** Run `index`, from 0 to `length` - 1. */
  run(index: number): ChangeRun {
    const mfn = this.mfns[index];
    return {
      domid: this.domids[index],
      gfn: this.gfns[index],
      count: this.counts[index],
      oldKind: this.oldKinds[index] as FrameKind,
      kind: this.kinds[index] as FrameKind,
      mfn: mfn === NOT_KNOWN ? null : mfn,
    };
  }

  /** Whether any gfn from `first` to `last` changed. Of changes that are in no run their whole range counts. */
  touches(first: number, last: number): boolean {
    for (let i = 0; i < this.length; i++) if (this.runTouches(i, first, last)) return true;
    return this.hidden > 0 && this.hiddenFirst <= last && this.hiddenLast >= first;
  }

  /** Whether run `index` holds a gfn from `first` to `last`. */
  runTouches(index: number, first: number, last: number): boolean {
    return this.gfns[index] <= last && this.gfns[index] + this.counts[index] > first;
  }

  /** Forgets all runs. What one large call needed is given back. */
  clear(): void {
    if (this.length > INITIAL) this.resize(INITIAL);
    this.length = 0;
    this.hidden = 0;
    this.hiddenFirst = Number.POSITIVE_INFINITY;
    this.hiddenLast = -1;
  }

  /** Whether a change goes on where the newest run ends. */
  private joins(change: Change): boolean {
    const at = this.length - 1;
    if (at < 0 || this.hidden > 0 || change.gfn !== this.gfns[at] + this.counts[at]) return false;
    const inStep =
      change.mfn === NOT_KNOWN
        ? this.mfns[at] === NOT_KNOWN
        : change.mfn === this.mfns[at] + this.counts[at] && this.mfns[at] !== NOT_KNOWN;
    return (
      inStep &&
      change.oldKind === this.oldKinds[at] &&
      change.kind === this.kinds[at] &&
      change.domain.domid === this.domids[at]
    );
  }

  private resize(size: number): void {
    const kept = Math.min(size, this.length);
    this.gfns = moved(this.gfns.subarray(0, kept), new Float64Array(size));
    this.counts = moved(this.counts.subarray(0, kept), new Float64Array(size));
    this.mfns = moved(this.mfns.subarray(0, kept), new Float64Array(size));
    this.domids = moved(this.domids.subarray(0, kept), new Int32Array(size));
    this.oldKinds = moved(this.oldKinds.subarray(0, kept), new Uint8Array(size));
    this.kinds = moved(this.kinds.subarray(0, kept), new Uint8Array(size));
  }
}

function moved<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
