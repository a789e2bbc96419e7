import { type EventBatch, u64At } from "./event-batch.ts";
import { frameAt } from "./frame-number.ts";

const GFN_AT = 0;
const COUNT_AT = 2;
const PARTNER_AT = 4;

/** Words of the payload of a share or an unshare. */
export const SHARE_WORDS = 5;

/** Reads the payload of pages that the secure world got or gave back. One view serves any number of events. */
export class ShareView {
  /** The words that the payload lies in, and where the two of the first frame and of the count lie. */
  words: Int32Array = new Int32Array(0);
  gfnAt = 0;
  countAt = 0;
  /** Index of the partner's name ("optee", "ffa") in the run's strings; -1: not recorded. */
  partner = -1;

  /** Points the view at row `row` of a batch, an event of kind share or unshare. */
  load(batch: EventBatch, row: number): void {
    const at = batch.payload[row];
    this.words = batch.words;
    this.gfnAt = at + GFN_AT;
    this.countAt = at + COUNT_AT;
    this.partner = batch.words[at + PARTNER_AT];
  }

  /** The first frame; FRAMES_END or more: one that no p2m reaches. */
  get gfn(): number {
    return frameAt(this.words, this.gfnAt);
  }

  /** Pages. */
  get count(): number {
    return u64At(this.words, this.countAt);
  }
}

/** Writes the payload of a batch's newest event, a share or an unshare of one page whose frame is still to be set. */
export class ShareWriter {
  private readonly batch: EventBatch;
  private at = 0;

  constructor(batch: EventBatch) {
    this.batch = batch;
  }

  /** Starts with one page of frame 0 and a partner that was not recorded. */
  begin(): void {
    this.at = this.batch.reserve(SHARE_WORDS);
    this.set(GFN_AT, 0, 0);
    this.set(COUNT_AT, 1, 0);
    this.setPartner(-1);
  }

  /** The first frame. */
  setGfn(low: number, high: number): void {
    this.set(GFN_AT, low, high);
  }

  /** Pages. */
  setCount(low: number, high: number): void {
    this.set(COUNT_AT, low, high);
  }

  /** Index of the partner's name in the run's strings; -1: not recorded. */
  setPartner(index: number): void {
    this.batch.words[this.at + PARTNER_AT] = index;
  }

  private set(offset: number, low: number, high: number): void {
    const { words } = this.batch;
    words[this.at + offset] = low;
    words[this.at + offset + 1] = high;
  }
}

/** Index of the partner's name of a share or an unshare; -1: not recorded. */
export function sharePartner(batch: EventBatch, row: number): number {
  return batch.words[batch.payload[row] + PARTNER_AT];
}

/** Gives the partner's name of a share or an unshare another number. */
export function setSharePartner(batch: EventBatch, row: number, index: number): void {
  batch.words[batch.payload[row] + PARTNER_AT] = index;
}
