import type { HalfShape } from "./argument-shape.ts";
import type { EventBatch } from "./event-batch.ts";
import { ListState, Recorded } from "./event-kind.ts";

const TWO_POW_32 = 4294967296;
/** Elements that are copied in a loop: of more a view is made first. */
const ELEMENTS_BY_LOOP = 64;

/**
 * Writes the payload of a batch's newest event, one half of a call, in the layout of its HalfShape.
 *
 * In this order: `begin`; per row `beginRow` and its fields in any order; per list, in the order of the shape,
 * `beginList` and its elements; `end`. Lists that are not begun are absent.
 */
export class CallWriter {
  private readonly batch: EventBatch;
  private half: HalfShape | null = null;
  private headAt = 0;
  private rowAt = 0;
  private listAt = 0;
  private listsWritten = 0;

  constructor(batch: EventBatch) {
    this.batch = batch;
  }

  /** `count`: ops of a grant_table_op, entries of a multicall; 0 elsewhere. Unsigned, below 2^53. */
  begin(half: HalfShape, count: number, recorded: Recorded = Recorded.fields): void {
    this.half = half;
    this.listsWritten = 0;
    const at = this.batch.reserve(4);
    const words = this.batch.words;
    words[at] = recorded;
    words[at + 1] = 0;
    words[at + 2] = count | 0;
    words[at + 3] = Math.floor(count / TWO_POW_32) | 0;
    this.headAt = at;
  }

  /** Corrects what `begin` said, where it is known only later. */
  setRecorded(recorded: Recorded): void {
    this.batch.words[this.headAt] = recorded;
  }

  /** Corrects the count that `begin` was given. */
  setCount(low: number, high: number): void {
    this.batch.words[this.headAt + 2] = low;
    this.batch.words[this.headAt + 3] = high;
  }

  /** Starts a row with no field recorded. */
  beginRow(): void {
    const size = this.half === null ? 0 : this.half.rowWords;
    const at = this.batch.reserve(size);
    const words = this.batch.words;
    for (let i = at; i < at + size; i++) words[i] = 0;
    words[this.headAt + 1]++;
    this.rowAt = at;
  }

  /** Sets a field of the current row to a 64-bit value. */
  setField(field: number, low: number, high: number): void {
    const words = this.batch.words;
    const at = this.rowAt + 1 + 2 * field;
    words[this.rowAt] |= 1 << field;
    words[at] = low;
    words[at + 1] = high;
  }

  /** Sets a field to a safe integer, negative ones in two's complement. */
  setFieldNumber(field: number, value: number): void {
    this.setField(field, value | 0, Math.floor(value / TWO_POW_32) | 0);
  }

  /** Starts list number `list` of the shape; those before it that were not begun are absent. */
  beginList(list: number, state: ListState = ListState.present): void {
    while (this.listsWritten < list) this.pushList(ListState.absent);
    this.pushList(state);
  }

  /** Adds an element to the current list. */
  addElement(low: number, high: number): void {
    const at = this.batch.reserve(2);
    const words = this.batch.words;
    words[at] = low;
    words[at + 1] = high;
    words[this.listAt + 1]++;
  }

  /** Adds `count` elements, two words each, that begin at `from` of `values` to the current list. */
  addElements(values: Int32Array, count: number, from = 0): void {
    const at = this.batch.reserve(2 * count);
    const words = this.batch.words;
    if (count > ELEMENTS_BY_LOOP) words.set(values.subarray(from, from + 2 * count), at);
    else for (let i = 0; i < 2 * count; i++) words[at + i] = values[from + i];
    words[this.listAt + 1] += count;
  }

  /** Number of the first list that can still be begun. */
  get nextList(): number {
    return this.listsWritten;
  }

  /** Counts elements that the caller wrote to the batch's words itself, right behind the current list. */
  adoptElements(count: number): void {
    this.batch.words[this.listAt + 1] += count;
  }

  /** Rows begun so far. */
  get rows(): number {
    return this.batch.words[this.headAt + 1];
  }

  /** Changes the state of the current list. */
  setListState(state: ListState): void {
    this.batch.words[this.listAt] = state;
  }

  /** Ends the payload. */
  end(): void {
    const lists = this.half === null ? 0 : this.half.lists.length;
    while (this.listsWritten < lists) this.pushList(ListState.absent);
  }

  private pushList(state: ListState): void {
    const at = this.batch.reserve(2);
    this.batch.words[at] = state;
    this.batch.words[at + 1] = 0;
    this.listAt = at;
    this.listsWritten++;
  }
}
