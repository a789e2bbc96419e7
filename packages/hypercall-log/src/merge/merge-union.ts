import type { ArgumentShape, HalfShape } from "../events/argument-shape.ts";
import { CallView } from "../events/call-view.ts";
import { CallWriter } from "../events/call-writer.ts";
import type { EventBatch } from "../events/event-batch.ts";
import { EventKind, ListState, Recorded, Via } from "../events/event-kind.ts";

/** One half of a call in one log. */
export interface HalfPlace {
  readonly batch: EventBatch;
  readonly index: number;
}

/** Appends calls that two logs hold to a batch, with the members of both. */
export class CallUnion {
  private readonly out: EventBatch;
  private readonly writer: CallWriter;
  private readonly a = new CallView();
  private readonly b = new CallView();

  constructor(out: EventBatch) {
    this.out = out;
    this.writer = new CallWriter(out);
  }

  /**
   * Appends one half of a call: what only one log recorded comes from it, the rest, and time, place and source, from
   * the first. `time`: when the second saw it, by the first's clock. Returns its row.
   */
  append(first: HalfPlace, second: HalfPlace, time: number, shape: ArgumentShape | undefined): number {
    const { out, a, b } = this;
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
    const half = out.kind[to] === EventKind.enter ? shape?.in : shape?.out;
    a.loadRow(batch, index, half);
    b.loadRow(other, from, half);
    if (b.recorded === Recorded.nothing) return to;
    if (a.recorded === Recorded.nothing) out.replaceLastPayload(other, from);
    else if (isPlain(a) && isPlain(b) && half !== undefined) {
      out.dropLastPayload();
      this.write(half);
    }
    return to;
  }

  private write(half: HalfShape): void {
    const { a, b, writer } = this;
    writer.begin(half, a.count);
    writer.setCount(a.words[a.countAt], a.words[a.countAt + 1]);
    const rows = Math.max(a.rows, b.rows);
    for (let row = 0; row < rows; row++) {
      writer.beginRow();
      for (let field = 0; field < half.fields.length; field++) {
        const from = a.has(row, field) ? a : b;
        if (!from.has(row, field)) continue;
        const at = from.fieldAt(row, field);
        writer.setField(field, from.words[at], from.words[at + 1]);
      }
    }
    for (let list = 0; list < half.lists.length; list++) {
      const from = saysMore(b, a, list) ? b : a;
      writer.beginList(list, from.listState(list));
      writer.addElements(from.words, from.listLength(list), from.elementAt(list, 0));
    }
    writer.end();
  }
}

/** Whether a payload has fields, and none that Xen could not read. */
function isPlain(view: CallView): boolean {
  return view.recorded === Recorded.fields && !view.endsInFault;
}

/** Whether a list says more than another one: more elements, or that there is nothing where the other was cut to nothing. */
function saysMore(view: CallView, other: CallView, list: number): boolean {
  const length = view.listLength(list);
  const state = view.listState(list);
  const otherState = other.listState(list);
  if (length !== other.listLength(list)) return length > other.listLength(list);
  return length === 0
    ? otherState === ListState.present && state !== ListState.present
    : otherState === ListState.present && state === ListState.fault;
}
