import {
  type ArgumentShape,
  ELEMENTS_AT,
  FIELDS_AT,
  type HalfShape,
  ROWS_AT,
} from "../events/argument-shape.ts";
import type { EventBatch } from "../events/event-batch.ts";
import { EventKind, ListState, Recorded, Via } from "../events/event-kind.ts";

/** One half of a call in one log. */
export interface HalfPlace {
  readonly batch: EventBatch;
  readonly index: number;
}

/**
 * Appends one half of a call that two logs hold, with the members of both: what only one recorded comes from it, the
 * rest, and time, place and source, from the first. `time`: when the second saw it, by the first's clock.
 */
export function appendUnion(
  out: EventBatch,
  first: HalfPlace,
  second: HalfPlace,
  time: number,
  shape: ArgumentShape | undefined,
): number {
  const { batch, index } = first;
  const other = second.batch;
  const from = second.index;
  const to = out.append(batch, index);
  if (Number.isNaN(out.time[to])) out.time[to] = time;
  for (const name of ["domid", "cpu", "pid", "comm", "nr", "cmd", "entry"] as const) {
    if (out[name][to] < 0) out[name][to] = other[name][from];
  }
  if (Number.isNaN(out.ret[to])) out.ret[to] = other.ret[from];
  if (out.via[to] === Via.kernel) out.via[to] = other.via[from];
  const atA = batch.payload[index];
  const atB = other.payload[from];
  const recordedA = batch.words[atA];
  const recordedB = other.words[atB];
  if (recordedB === Recorded.nothing) return to;
  const half = out.kind[to] === EventKind.enter ? shape?.in : shape?.out;
  if (recordedA === Recorded.fields && recordedB === Recorded.fields && half !== undefined) {
    out.wordsUsed = out.payload[to];
    new PayloadUnion(out, batch.words, atA, other.words, atB, half).write();
  } else if (recordedA === Recorded.nothing) {
    out.wordsUsed = out.payload[to];
    copyWords(out, other.words, atB, other.payloadEnd(from));
  }
  return to;
}

function copyWords(out: EventBatch, from: Int32Array, start: number, end: number): void {
  const at = out.reserve(end - start);
  out.words.set(from.subarray(start, end), at);
}

/** Two payloads of the same half, both with fields. */
class PayloadUnion {
  private readonly out: EventBatch;
  private readonly a: Int32Array;
  private readonly b: Int32Array;
  private readonly half: HalfShape;
  private atA: number;
  private atB: number;

  constructor(out: EventBatch, a: Int32Array, atA: number, b: Int32Array, atB: number, half: HalfShape) {
    this.out = out;
    this.a = a;
    this.b = b;
    this.atA = atA;
    this.atB = atB;
    this.half = half;
  }

  write(): void {
    const { a, b, half } = this;
    const rowsA = a[this.atA + 1];
    const rowsB = b[this.atB + 1];
    const head = this.out.reserve(ROWS_AT);
    for (let word = 0; word < ROWS_AT; word++) this.out.words[head + word] = a[this.atA + word];
    this.out.words[head + 1] = Math.max(rowsA, rowsB);
    this.atA += ROWS_AT;
    this.atB += ROWS_AT;
    for (let row = 0; row < Math.max(rowsA, rowsB); row++) {
      if (row >= rowsA) this.copyRow(b, this.atB);
      else if (row >= rowsB) this.copyRow(a, this.atA);
      else this.joinRow();
      if (row < rowsA) this.atA += half.rowWords;
      if (row < rowsB) this.atB += half.rowWords;
    }
    for (let list = 0; list < half.lists.length; list++) this.writeList();
  }

  private copyRow(from: Int32Array, at: number): void {
    copyWords(this.out, from, at, at + this.half.rowWords);
  }

  private joinRow(): void {
    const { a, b, half, atA, atB } = this;
    const at = this.out.reserve(half.rowWords);
    const { words } = this.out;
    words[at] = a[atA] | b[atB];
    for (let field = 0; field < half.fields.length; field++) {
      const word = FIELDS_AT + 2 * field;
      const mine = (a[atA] & (1 << field)) !== 0;
      words[at + word] = mine ? a[atA + word] : b[atB + word];
      words[at + word + 1] = mine ? a[atA + word + 1] : b[atB + word + 1];
    }
  }

  /** The list of which more is known. */
  private writeList(): void {
    const { a, b, atA, atB } = this;
    const endA = atA + ELEMENTS_AT + 2 * a[atA + 1];
    const endB = atB + ELEMENTS_AT + 2 * b[atB + 1];
    if (saysMore(b[atB], b[atB + 1], a[atA], a[atA + 1])) copyWords(this.out, b, atB, endB);
    else copyWords(this.out, a, atA, endA);
    this.atA = endA;
    this.atB = endB;
  }
}

/** Whether a list says more than another one: more elements, or that there is nothing where the other was cut to nothing. */
function saysMore(state: number, length: number, otherState: number, otherLength: number): boolean {
  if (length !== otherLength) return length > otherLength;
  return length === 0
    ? otherState === ListState.present && state !== ListState.present
    : otherState === ListState.present && state === ListState.fault;
}
