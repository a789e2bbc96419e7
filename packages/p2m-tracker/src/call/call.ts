import { hypercallOf } from "@xgt/hypercall-abi";
import { type ArgumentShape, argumentShapeOf, CallView, Via } from "@xgt/hypercall-log";
import { Judgement, Preamble, Progress } from "./judgement.ts";

/** Why a memory_op stopped at an extent, or refused the whole call. */
export const Stop = {
  none: 0,
  /** Direct-mapped populate of a frame that the domain does not own. */
  notOwned: 1,
  /** Decrease of a gfn without own RAM behind it. */
  notRam: 2,
  order: 3,
  populateOnDemand: 4,
  fault: 5,
  noDomain: 6,
  flags: 7,
  /** Static domain: an order above 0, or its reserved list is empty. */
  reserved: 8,
  /** max_pages reached. */
  overAllocation: 9,
  /** nr_extents above Xen's bound, or start_extent not below it. */
  range: 10,
  /** The caller may not act on that domain. */
  denied: 11,
  /** The p2m cannot hold an entry at that gfn. */
  unmappable: 12,
} as const;

/**
 * One hypercall with both halves, as semantics and rules see it. One object serves a whole replay; what it holds is
 * valid until the next call. Frames and addresses are numbers, NaN where not known.
 */
export class Call {
  shape: ArgumentShape | undefined;
  nr = -1;
  cmd = -1;
  /** start_extent of a memory_op, continuation bits of a grant_table_op. */
  start = 0;
  caller = 0;
  pid = -1;
  comm = -1;
  via: number = Via.kernel;
  /** Event numbers; 0: that half is missing. */
  enterEvent = 0;
  exitEvent = 0;
  enterTime = Number.NaN;
  exitTime = Number.NaN;
  enterPlace = 0;
  exitPlace = 0;
  enterSource = 0;
  exitSource = 0;
  /** Result as logged; NaN: not recorded. */
  ret = Number.NaN;
  readonly in = new CallView();
  readonly out = new CallView();
  /** What Xen must have returned, by the model; NaN: the model leaves it open. */
  predictedRet = Number.NaN;
  /** memory_op on extents: how many are done by the log, else by the model; NaN: open. */
  done = Number.NaN;
  /** Why the model expects that it stopped, the extent's index and the frame. */
  stop: number = Stop.none;
  stopIndex = -1;
  stopGfn = Number.NaN;
  /** The domain that the call acts on; undefined: not followed. */
  target: number | undefined;
  /** Scratch of the semantics: what the model says of the op at hand, of the checks before it, and of the extents. */
  readonly judgement = new Judgement();
  readonly preamble = new Preamble();
  readonly progress = new Progress();
  private predicted = new Float64Array(64);
  private settled = new Float64Array(64);
  private rowsSized = 0;

  /** Forgets what the previous call left. */
  reset(): void {
    this.predictedRet = Number.NaN;
    this.done = Number.NaN;
    this.stop = Stop.none;
    this.stopIndex = -1;
    this.stopGfn = Number.NaN;
    this.target = undefined;
    this.rowsSized = 0;
  }

  /** Points at the enter half; the shape is that of `nr` and `cmd`, which are set before. */
  loadInput(words: Int32Array, at: number, end: number): void {
    this.shape = argumentShapeOf(this.nr, this.cmd);
    this.in.load(words, at, end, this.shape?.in);
  }

  /** Points at the exit half. */
  loadOutput(words: Int32Array, at: number, end: number): void {
    this.out.load(words, at, end, this.shape?.out);
  }

  /** Makes room for the outcome of `rows` items; all open. */
  sizeItems(rows: number): void {
    if (rows > this.predicted.length) {
      this.predicted = new Float64Array(rows * 2);
      this.settled = new Float64Array(rows * 2);
    }
    this.predicted.fill(Number.NaN, 0, rows);
    this.settled.fill(Number.NaN, 0, rows);
    this.rowsSized = rows;
  }

  /** Number of items (grant ops, batch entries) whose outcome is kept. */
  get items(): number {
    return this.rowsSized;
  }

  /** Status or errno of item `index` by the model; NaN: open. */
  predictedItem(index: number): number {
    return index < this.rowsSized ? this.predicted[index] : Number.NaN;
  }

  /** Status or errno of item `index`: logged, else predicted; NaN: not known. */
  item(index: number): number {
    return index < this.rowsSized ? this.settled[index] : Number.NaN;
  }

  /** Notes what the model and the log say of item `index`. */
  setItem(index: number, predicted: number, settled: number): void {
    this.predicted[index] = predicted;
    this.settled[index] = settled;
  }

  /** Whether the logged result equals `value`; privcmd's ioctl cuts results to 32 bits. */
  retEquals(value: number): boolean {
    if (Number.isNaN(this.ret)) return false;
    return this.via === Via.privcmd ? (this.ret | 0) === toInt32(value) : this.ret === value;
  }

  /** The result: logged, else predicted; NaN: not known. */
  get result(): number {
    if (!Number.isNaN(this.ret)) return this.ret;
    return this.certain || this.predictedRet < 0 ? this.predictedRet : Number.NaN;
  }

  /** False where the exit half is missing: the call may not have been carried out, or only in part. */
  get certain(): boolean {
    return this.exitEvent !== 0;
  }

  get name(): string {
    if (this.shape !== undefined) return this.shape.subOp.name;
    const hypercall = hypercallOf(this.nr)?.name ?? `hypercall ${this.nr}`;
    return this.cmd < 0 ? hypercall : `${hypercall} sub-op ${this.cmd}`;
  }
}

/** Low 32 bits of a safe integer, signed. */
function toInt32(value: number): number {
  return Number(BigInt.asIntN(32, BigInt(Math.trunc(value))));
}
