import type { EventBatch } from "./event-batch.ts";
import { EventKind } from "./event-kind.ts";
import { frameAt } from "./frame-number.ts";

/** Reads the payload of a grant entry that a domain wrote or ended. One view serves any number of events. */
export class GrantView {
  /** The entry's number. */
  ref = 0;
  /** To whom; -1 where the entry was ended. */
  dom = -1;
  /** The frame that is granted, FRAMES_END for one that no p2m reaches; NaN where the entry was ended. */
  gfn = Number.NaN;
  readOnly = false;
  /** The words that the payload lies in, and where the two of the frame lie. */
  words: Int32Array = new Int32Array(0);
  gfnAt = 0;

  /** Points the view at row `row` of a batch, an event of kind grant or ungrant. */
  load(batch: EventBatch, row: number): void {
    const { words } = batch;
    const at = batch.payload[row];
    const isGrant = batch.kind[row] === EventKind.grant;
    this.words = words;
    this.gfnAt = at + 2;
    this.ref = words[at] >>> 0;
    this.dom = isGrant ? words[at + 1] : -1;
    this.gfn = isGrant ? frameAt(words, this.gfnAt) : Number.NaN;
    this.readOnly = isGrant && words[at + 4] !== 0;
  }
}

/** Writes the payload of a batch's newest event, a grant; `gfn` as two words, the low half first. */
export function writeGrant(
  batch: EventBatch,
  ref: number,
  dom: number,
  gfnLow: number,
  gfnHigh: number,
  readOnly: boolean,
): void {
  batch.pushWord(ref);
  batch.pushWord(dom);
  batch.pushU64(gfnLow, gfnHigh);
  batch.pushWord(readOnly ? 1 : 0);
}

/** Writes the payload of a batch's newest event, the end of a grant entry. */
export function writeUngrant(batch: EventBatch, ref: number): void {
  batch.pushWord(ref);
}
