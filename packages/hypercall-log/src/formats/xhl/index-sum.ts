import { crc32 } from "node:zlib";

/** What the footer's index says of a block. */
interface IndexEntry {
  readonly offset: number;
  readonly firstEvent: number;
  readonly earliest: number;
  readonly latest: number;
}

/** The sum of a footer's index, in bounded memory: two with the same sum say the same of the same blocks. */
export class IndexSum {
  private readonly entry = new Float64Array(4);
  private sum = 0;

  /** The sum of the entries so far. */
  get value(): number {
    return this.sum;
  }

  add({ offset, firstEvent, earliest, latest }: IndexEntry): void {
    this.entry[0] = offset;
    this.entry[1] = firstEvent;
    this.entry[2] = stated(earliest);
    this.entry[3] = stated(latest);
    this.sum = crc32(new Uint8Array(this.entry.buffer), this.sum);
  }
}

/** A time of which every NaN is the same one, and every zero. */
function stated(seconds: number): number {
  return Number.isNaN(seconds) ? Number.NaN : seconds + 0;
}
