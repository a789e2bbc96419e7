import { ALL_ONES, type EventBatch, u64At } from "./event-batch.ts";
import { frameAt } from "./frame-number.ts";

const PFN_AT = 0;
const MFN_AT = 2;
const COUNT_AT = 4;
const WORDS = 6;

/** Reads the payload of an update of the guest's own p2m table. One view serves any number of events. */
export class GuestEntryView {
  /** The words that the payload lies in. */
  words: Int32Array = new Int32Array(0);
  /** First pfn of the entry; FRAMES_END or more: one that no p2m reaches. */
  pfn = 0;
  /** Machine frame of the first pfn; ALL_ONES: the entry was erased. */
  mfn = 0;
  /** Pages. */
  count = 0;
  private start = 0;

  /** Points the view at row `row` of a batch, an event of kind guestP2m. */
  load(batch: EventBatch, row: number): void {
    const { words } = batch;
    const start = batch.payload[row];
    this.words = words;
    this.start = start;
    this.pfn = frameAt(words, start + PFN_AT);
    this.mfn = frameAt(words, start + MFN_AT);
    this.count = u64At(words, start + COUNT_AT);
  }

  /** Whether the entry was taken out of the table. */
  get isErased(): boolean {
    return this.mfn >= ALL_ONES;
  }

  /** Where the two words of each value lie in `words`. */
  get pfnAt(): number {
    return this.start + PFN_AT;
  }

  get mfnAt(): number {
    return this.start + MFN_AT;
  }

  get countAt(): number {
    return this.start + COUNT_AT;
  }
}

/** Writes the payload of a batch's newest event, an update of the guest's p2m table. */
export class GuestEntryWriter {
  private readonly batch: EventBatch;
  private at = 0;

  constructor(batch: EventBatch) {
    this.batch = batch;
  }

  /** Starts an entry of one page; pfn and mfn must be set. */
  begin(): void {
    this.at = this.batch.reserve(WORDS);
    this.set(PFN_AT, 0, 0);
    this.set(MFN_AT, 0, 0);
    this.set(COUNT_AT, 1, 0);
  }

  setPfn(low: number, high: number): void {
    this.set(PFN_AT, low, high);
  }

  /** All ones: the entry is erased. */
  setMfn(low: number, high: number): void {
    this.set(MFN_AT, low, high);
  }

  /** Pages. */
  setCount(low: number, high: number): void {
    this.set(COUNT_AT, low, high);
  }

  private set(offset: number, low: number, high: number): void {
    const { words } = this.batch;
    words[this.at + offset] = low;
    words[this.at + offset + 1] = high;
  }
}
