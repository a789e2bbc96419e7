import { type EventBatch, u64At } from "./event-batch.ts";

/** Words of a DMA's payload before its first segment. */
export const DMA_SEGMENTS_AT = 6;
/** Words of a segment: a mask of what was recorded, then physical address, bus address and size. */
export const DMA_SEGMENT_WORDS = 7;
const HAS_PHYS = 1;
const HAS_BUS = 2;
const HAS_SIZE = 4;
const PHYS_AT = 1;
const BUS_AT = 3;
const SIZE_AT = 5;

/** Reads the payload of a DMA event. One view serves any number of events: `load` points it at the next one. */
export class DmaView {
  /** True: the device lets go of the addresses. */
  isUnmap = false;
  /** A `DmaDirection`. */
  direction = 0;
  /** Index of the device's name in the run's strings; -1: not recorded. */
  dev = -1;
  /** Segments in the payload. */
  segments = 0;
  /** Segments that the guest printed, and that the DMA has; -1: not said, the list is whole. */
  shown = -1;
  total = -1;
  /** The words that the payload lies in, and the first and the end of those of its segments. */
  words: Int32Array = new Int32Array(0);
  segmentsAt = 0;
  segmentsEnd = 0;
  /** Of `loadSingle`: what `phys`, `bus` and `size` give of the only segment. */
  onlyPhys = Number.NaN;
  onlyBus = Number.NaN;
  onlySize = Number.NaN;

  /** Points the view at row `row` of a batch, a DMA event. */
  load(batch: EventBatch, row: number): void {
    const { words } = batch;
    const at = batch.payload[row];
    this.words = words;
    this.isUnmap = words[at] !== 0;
    this.direction = words[at + 1];
    this.dev = words[at + 2];
    this.segments = words[at + 3];
    this.shown = words[at + 4];
    this.total = words[at + 5];
    this.segmentsAt = at + DMA_SEGMENTS_AT;
    this.segmentsEnd = this.segmentsAt + DMA_SEGMENT_WORDS * this.segments;
  }

  /**
   * Points the view at a DMA event of one segment, as nearly all are: what is recorded of it is read at once. False: it
   * has none or several, and the view is where it was.
   */
  loadSingle(batch: EventBatch, row: number): boolean {
    const { words } = batch;
    const at = batch.payload[row];
    if (words[at + 3] !== 1) return false;
    this.isUnmap = words[at] !== 0;
    this.direction = words[at + 1];
    this.dev = words[at + 2];
    const segment = at + DMA_SEGMENTS_AT;
    const mask = words[segment];
    this.onlyPhys = (mask & HAS_PHYS) === 0 ? Number.NaN : u64At(words, segment + PHYS_AT);
    this.onlyBus = (mask & HAS_BUS) === 0 ? Number.NaN : u64At(words, segment + BUS_AT);
    this.onlySize = (mask & HAS_SIZE) === 0 ? Number.NaN : u64At(words, segment + SIZE_AT);
    return true;
  }

  /** Byte address by which the guest calls the page; NaN where not recorded. */
  phys(segment: number): number {
    return this.value(this.physAt(segment));
  }

  /** Byte address that the device gets; NaN where not recorded. */
  bus(segment: number): number {
    return this.value(this.busAt(segment));
  }

  /** Bytes; NaN where not recorded. */
  size(segment: number): number {
    return this.value(this.sizeAt(segment));
  }

  /** Where the two words of the physical address lie in `words`; -1 where it was not recorded. */
  physAt(segment: number): number {
    return this.place(segment, HAS_PHYS, PHYS_AT);
  }

  /** Where the two words of the bus address lie in `words`; -1 where it was not recorded. */
  busAt(segment: number): number {
    return this.place(segment, HAS_BUS, BUS_AT);
  }

  /** Where the two words of the size lie in `words`; -1 where it was not recorded. */
  sizeAt(segment: number): number {
    return this.place(segment, HAS_SIZE, SIZE_AT);
  }

  private place(segment: number, mask: number, offset: number): number {
    const at = this.segmentsAt + DMA_SEGMENT_WORDS * segment;
    return (this.words[at] & mask) === 0 ? -1 : at + offset;
  }

  private value(at: number): number {
    return at < 0 ? Number.NaN : u64At(this.words, at);
  }
}

/** Index of the name of a DMA event's device; -1: not recorded. */
export function dmaDevice(batch: EventBatch, row: number): number {
  return batch.words[batch.payload[row] + 2];
}

/** Gives the device of a DMA event another number. */
export function setDmaDevice(batch: EventBatch, row: number, dev: number): void {
  batch.words[batch.payload[row] + 2] = dev;
}

/** Writes the payload of a batch's newest event, a DMA: `begin`, then the head's members in any order, then segments. */
export class DmaWriter {
  private readonly batch: EventBatch;
  private headAt = 0;
  private segmentAt = 0;

  constructor(batch: EventBatch) {
    this.batch = batch;
  }

  /** Starts a map of no known direction and device, with a whole list of no segments. */
  begin(): void {
    const at = this.batch.reserve(DMA_SEGMENTS_AT);
    const { words } = this.batch;
    words[at] = 0;
    words[at + 1] = 0;
    words[at + 2] = -1;
    words[at + 3] = 0;
    words[at + 4] = -1;
    words[at + 5] = -1;
    this.headAt = at;
  }

  setUnmap(isUnmap: boolean): void {
    this.batch.words[this.headAt] = isUnmap ? 1 : 0;
  }

  /** A `DmaDirection`. */
  setDirection(direction: number): void {
    this.batch.words[this.headAt + 1] = direction;
  }

  /** Index of the device's name; -1: not recorded. */
  setDev(dev: number): void {
    this.batch.words[this.headAt + 2] = dev;
  }

  /** Segments that the guest printed; -1: not said. */
  setShown(shown: number): void {
    this.batch.words[this.headAt + 4] = shown;
  }

  /** Segments that the DMA has; -1: not said. */
  setTotal(total: number): void {
    this.batch.words[this.headAt + 5] = total;
  }

  /** Starts a segment with nothing recorded. */
  beginSegment(): void {
    const at = this.batch.reserve(DMA_SEGMENT_WORDS);
    const { words } = this.batch;
    for (let i = at; i < at + DMA_SEGMENT_WORDS; i++) words[i] = 0;
    words[this.headAt + 3]++;
    this.segmentAt = at;
  }

  /** Byte address by which the guest calls the page. */
  setPhys(low: number, high: number): void {
    this.set(HAS_PHYS, PHYS_AT, low, high);
  }

  /** Byte address that the device gets. */
  setBus(low: number, high: number): void {
    this.set(HAS_BUS, BUS_AT, low, high);
  }

  /** Bytes. */
  setSize(low: number, high: number): void {
    this.set(HAS_SIZE, SIZE_AT, low, high);
  }

  private set(mask: number, offset: number, low: number, high: number): void {
    const { words } = this.batch;
    const at = this.segmentAt;
    words[at] |= mask;
    words[at + offset] = low;
    words[at + offset + 1] = high;
  }
}
