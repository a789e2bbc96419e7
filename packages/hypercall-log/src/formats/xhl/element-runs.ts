import { argumentShapeOf } from "../../events/argument-shape.ts";
import { CallView } from "../../events/call-view.ts";
import type { EventBatch } from "../../events/event-batch.ts";
import { EventKind } from "../../events/event-kind.ts";
import { XHL_RUN_MAX } from "../../limits.ts";
import { MessageError } from "./message-reader.ts";

/** Words of an element of a list, and numbers of a run: the place of its first element, and how many it has. */
const ELEMENT_WORDS = 2;
const RUN_NUMBERS = 2;
/** Elements from which on a run takes less room than they do. */
const RUN_MIN = 3;

/** A batch's words in two parts: what is left of them, and its runs of consecutive elements. */
export interface ShortWords {
  /** The words; of each run only its first element. */
  readonly words: Int32Array;
  /** Of each run where its first element lies among all words, and how many elements it has. */
  readonly runs: Int32Array;
}

/** Finds the runs in the lists of calls, such as the extents of a memory_op: a guest's pages mostly are neighbours. */
export class RunFinder {
  private readonly view = new CallView();
  private runs: number[] = [];

  /** What is left of a batch's words, and the runs. */
  shorten(batch: EventBatch): ShortWords {
    this.runs = [];
    for (let row = 0; row < batch.length; row++) {
      const kind = batch.kind[row];
      if (kind === EventKind.enter || kind === EventKind.exit) this.findRuns(batch, row);
    }
    const runs = Int32Array.from(this.runs);
    return { words: withoutRuns(batch.words.subarray(0, batch.wordsUsed), runs), runs };
  }

  private findRuns(batch: EventBatch, row: number): void {
    const { view } = this;
    const shape = argumentShapeOf(batch.nr[row], batch.cmd[row]);
    const half = batch.kind[row] === EventKind.exit ? shape?.out : shape?.in;
    if (half === undefined || half.lists.length === 0) return;
    view.loadRow(batch, row, half);
    for (let list = 0; list < half.lists.length; list++) {
      const length = view.listLength(list);
      for (let index = 0; index < length; ) {
        const count = view.runAt(list, index, XHL_RUN_MAX);
        if (count >= RUN_MIN) this.runs.push(view.elementAt(list, index), count);
        index += count;
      }
    }
  }
}

function withoutRuns(words: Int32Array, runs: Int32Array): Int32Array {
  let left = words.length;
  for (let at = 0; at < runs.length; at += RUN_NUMBERS) left -= ELEMENT_WORDS * (runs[at + 1] - 1);
  const short = new Int32Array(left);
  let [from, to] = [0, 0];
  for (let at = 0; at < runs.length; at += RUN_NUMBERS) {
    const end = runs[at] + ELEMENT_WORDS;
    short.set(words.subarray(from, end), to);
    to += end - from;
    from = runs[at] + ELEMENT_WORDS * runs[at + 1];
  }
  short.set(words.subarray(from), to);
  return short;
}

/** How many words there are with all runs whole. Throws MessageError where a run lies outside of them, or is longer than any. */
export function wholeLength({ words, runs }: ShortWords): number {
  if (runs.length % RUN_NUMBERS !== 0) throw new MessageError("its column runs has a wrong length");
  let [end, whole] = [0, words.length];
  for (let at = 0; at < runs.length; at += RUN_NUMBERS) {
    const count = runs[at + 1];
    if (runs[at] < end || count < 1 || count > XHL_RUN_MAX) throw new MessageError("runs that cannot be");
    end = runs[at] + ELEMENT_WORDS * count;
    whole += ELEMENT_WORDS * (count - 1);
    if (end > whole) throw new MessageError("runs that cannot be");
  }
  return whole;
}

/** Writes the words with all runs whole into `to` from `first` on, where `wholeLength` says that there is room. */
export function writeWhole({ words, runs }: ShortWords, to: Int32Array, first: number): void {
  let [from, next] = [0, first];
  for (let at = 0; at < runs.length; at += RUN_NUMBERS) {
    const size = first + runs[at] + ELEMENT_WORDS - next;
    to.set(words.subarray(from, from + size), next);
    from += size;
    next += size;
    const low = words[from - 2];
    const high = words[from - 1];
    for (let step = 1; step < runs[at + 1]; step++) {
      to[next++] = low + step;
      to[next++] = high;
    }
  }
  to.set(words.subarray(from), next);
}
