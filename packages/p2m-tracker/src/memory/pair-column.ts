import { type ColumnRoom, moved, separateRoom } from "./column-room.ts";
import type { KernelMemory } from "./kernel-memory.ts";

const HALF = 2 ** 32;
/** Numbers below this lie in the two columns. */
const EXACT_END = 2 ** 53;
/** Stands in the upper column for a number that lies elsewhere: no upper half of one below EXACT_END has so many bits. */
const ELSEWHERE = -1;

/**
 * A column of numbers: frames, events, refs. Each lies in two columns of 32 bits, of which the upper one is all zeros in
 * most logs, and what is not written takes no memory. Numbers that no frame or event can have are kept beside.
 */
export class PairColumn {
  private lower: Int32Array;
  private upper: Int32Array;
  private readonly others = new Map<number, number>();
  private readonly zero: number;

  /** @param zero The number of which both halves are zeros: what a column holds before anything is written. */
  constructor(length: number, zero: number) {
    this.lower = separateRoom.int32(length);
    this.upper = separateRoom.int32(length);
    this.zero = zero;
  }

  get length(): number {
    return this.lower.length;
  }

  /** Whether all numbers lie in the two columns. */
  get isPlain(): boolean {
    return this.others.size === 0;
  }

  get(index: number): number {
    const upper = this.upper[index];
    const lower = this.lower[index] >>> 0;
    if (upper === 0) return lower + this.zero;
    return upper === ELSEWHERE ? this.otherAt(index) : upper * HALF + lower + this.zero;
  }

  set(index: number, value: number): void {
    const number = value - this.zero;
    let upper = 0;
    // Of NaN no comparison is true.
    if (!(number < HALF)) upper = number < EXACT_END ? Math.floor(number / HALF) : ELSEWHERE;
    this.lower[index] = number | 0;
    const before = this.upper[index];
    if (before === ELSEWHERE) this.others.delete(index);
    if (before !== upper) this.upper[index] = upper;
    if (upper === ELSEWHERE) this.others.set(index, value);
  }

  /** Writes one number from an index on, up to `end`. */
  fill(value: number, from: number, end: number): void {
    for (let index = from; index < end; index++) this.set(index, value);
  }

  /** Gives it `length` numbers in `to`, of which the first `kept` are those it has. */
  move(length: number, kept: number, to: ColumnRoom, from: ColumnRoom): void {
    this.lower = moved(this.lower, length, kept, to, from);
    this.upper = moved(this.upper, length, kept, to, from);
    for (const index of this.others.keys()) if (index >= kept) this.others.delete(index);
  }

  /** Tells the module where the two columns lie, in slot `at`. */
  lend({ integers }: KernelMemory, at: number): void {
    integers[2 * at] = this.lower.byteOffset;
    integers[2 * at + 1] = this.upper.byteOffset;
  }

  private otherAt(index: number): number {
    return this.others.get(index) ?? Number.NaN;
  }
}
