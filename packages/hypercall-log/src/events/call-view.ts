import { ELEMENTS_AT, FIELDS_AT, type HalfShape, NOT_WRITTEN, ROWS_AT } from "./argument-shape.ts";
import { type EventBatch, s64At, u64At } from "./event-batch.ts";
import { ListState, Recorded } from "./event-kind.ts";
import { frameAt } from "./frame-number.ts";

/**
 * Reads the payload of one half of a call, in the layout of its HalfShape: the mirror of CallWriter. One view serves
 * any number of calls: `load` points it at the next payload, and what it gives is good until then.
 */
export class CallView {
  /** How much is recorded: `fields` too where Xen could read some ops and then met one that it could not: those were done. */
  recorded: Recorded = Recorded.nothing;
  /** Whether an op follows the rows that Xen could not read. */
  endsInFault = false;
  /** Rows (structs) in the payload. */
  rows = 0;
  /** Ops or entries that the call declared, exact below 2^53; 0 where it has none or nothing was recorded. */
  count = 0;
  /** The words that the payload lies in. */
  words: Int32Array = new Int32Array(0);
  private half: HalfShape | undefined;
  private start = 0;
  private rowWords = 0;
  /** Where each list begins; grows to the longest shape once. */
  private readonly listStarts: number[] = [];
  private lists = 0;

  /** Points the view at the payload in `words` from `at` up to `end`; without a shape only `recorded` is known. */
  load(words: Int32Array, at: number, end: number, half: HalfShape | undefined): void {
    this.clear();
    if (end - at < ROWS_AT) return;
    this.words = words;
    this.half = half;
    this.start = at;
    this.recorded = words[at] as Recorded;
    if (this.recorded !== Recorded.nothing) this.count = u64At(words, at + 2);
    // Xen could read the ops before the one that it could not: they were done.
    if (this.recorded === Recorded.fault && words[at + 1] > 0) {
      this.recorded = Recorded.fields;
      this.endsInFault = true;
    }
    if (this.recorded !== Recorded.fields || half === undefined) return;
    this.rows = words[at + 1];
    this.rowWords = half.rowWords;
    let next = at + ROWS_AT + this.rows * this.rowWords;
    this.lists = half.lists.length;
    for (let list = 0; list < this.lists; list++) {
      this.listStarts[list] = next;
      next += ELEMENTS_AT + 2 * words[next + 1];
    }
  }

  /** Points the view at the payload of row `row` of a batch. */
  loadRow(batch: EventBatch, row: number, half: HalfShape | undefined): void {
    this.load(batch.words, batch.payload[row], batch.payloadEnd(row), half);
  }

  /** Forgets the payload: nothing is recorded. */
  clear(): void {
    this.recorded = Recorded.nothing;
    this.endsInFault = false;
    this.rows = 0;
    this.count = 0;
    this.lists = 0;
    this.half = undefined;
  }

  /** Whether field `field` of row `row` was recorded. */
  has(row: number, field: number): boolean {
    return row < this.rows && (this.words[this.rowAt(row)] & (1 << field)) !== 0;
  }

  /** Unsigned value of a field; NaN where it was not recorded. */
  u64(row: number, field: number): number {
    return this.has(row, field) ? u64At(this.words, this.fieldAt(row, field)) : Number.NaN;
  }

  /** Signed value of a field; NaN where it was not recorded. */
  s64(row: number, field: number): number {
    return this.has(row, field) ? s64At(this.words, this.fieldAt(row, field)) : Number.NaN;
  }

  /** State of a list; absent too where the half has no such list. */
  listState(list: number): ListState {
    return list < this.lists ? (this.words[this.listStarts[list]] as ListState) : ListState.absent;
  }

  /** Elements that the payload holds. */
  listLength(list: number): number {
    return list < this.lists ? this.words[this.listStarts[list] + 1] : 0;
  }

  /** Frame (or index) at `index` of a list, which must hold it; FRAMES_END for one that no p2m reaches. */
  listAt(list: number, index: number): number {
    return frameAt(this.words, this.elementAt(list, index));
  }

  /** How many elements from `index` on, `most` at most, are consecutive numbers. The list must hold the first. */
  runAt(list: number, index: number, most: number): number {
    const { words } = this;
    const at = this.elementAt(list, index);
    const last = Math.min(most, this.listLength(list) - index);
    const low = words[at];
    const high = words[at + 1];
    let count = 1;
    for (let next = at + 2; count < last; next += 2, count++) {
      if (words[next] !== low + count || words[next + 1] !== high) break;
    }
    return count;
  }

  /** Element of a list of errnos; NaN where Xen did not write it or it was not recorded. */
  errnoAt(list: number, index: number): number {
    return this.isWritten(list, index) ? this.words[this.elementAt(list, index)] : Number.NaN;
  }

  /** Whether an element of a list of errnos was recorded and Xen wrote it. */
  isWritten(list: number, index: number): boolean {
    return index < this.listLength(list) && this.words[this.elementAt(list, index) + 1] !== NOT_WRITTEN;
  }

  /** Where the two words of a field lie in `words`; they hold its value where `has` says so. */
  fieldAt(row: number, field: number): number {
    return this.rowAt(row) + FIELDS_AT + 2 * field;
  }

  /** Where the two words of an element lie in `words`. */
  elementAt(list: number, index: number): number {
    return this.listStarts[list] + ELEMENTS_AT + 2 * index;
  }

  /** Where the two words of the count lie in `words`. */
  get countAt(): number {
    return this.start + 2;
  }

  /**
   * Operations that the call asks for, of the view of an enter: its ops, or the elements of its longest list. A call
   * without either is one operation, and so is one of which the recorder kept neither argument nor count: it was made.
   */
  get operations(): number {
    const { half } = this;
    if (half === undefined) return 1;
    if (half.isOps) {
      const count = u64At(this.words, this.countAt);
      return this.recorded === Recorded.nothing && count === 0 ? 1 : count;
    }
    let operations = 1;
    for (let list = 0; list < this.lists; list++) operations = Math.max(operations, this.listLength(list));
    return operations;
  }

  private rowAt(row: number): number {
    return this.start + ROWS_AT + row * this.rowWords;
  }
}
