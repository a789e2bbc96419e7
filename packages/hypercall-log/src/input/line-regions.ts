import { LINE_BYTES_MAX } from "../limits.ts";

const NEWLINE = 10;
const INITIAL_CARRY = 4096;

/** Takes a text's lines. */
export interface LineSink {
  /** Whole lines: `bytes[end - 1]` is a newline. The bytes are only good during the call. */
  lines(bytes: Uint8Array, start: number, end: number): void;
  /** The text ended without a newline; one was added at `bytes[end - 1]`. */
  unterminated(bytes: Uint8Array, start: number, end: number): void;
  /** A line longer than LINE_BYTES_MAX was left out. */
  tooLong(): void;
}

/**
 * Cuts chunks of a text into regions of whole lines and keeps the incomplete rest between two chunks. A sink that
 * scans a region needs no bounds check but the newline at its end.
 */
export class LineRegions {
  private readonly sink: LineSink;
  private carry = new Uint8Array(INITIAL_CARRY);
  private carried = 0;
  private dropping = false;

  constructor(sink: LineSink) {
    this.sink = sink;
  }

  push(bytes: Uint8Array): void {
    let start = 0;
    if (this.carried > 0 || this.dropping) {
      const newline = bytes.indexOf(NEWLINE);
      if (newline < 0) {
        this.keep(bytes, 0);
        return;
      }
      start = newline + 1;
      this.completeCarried(bytes, start);
    }
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end > start) this.sink.lines(bytes, start, end);
    this.keep(bytes, Math.max(start, end));
  }

  /** The text has ended. */
  finish(): void {
    if (this.dropping) this.sink.tooLong();
    else if (this.carried > 0) {
      this.carry[this.carried] = NEWLINE;
      this.sink.unterminated(this.carry, 0, this.carried + 1);
    }
    this.carried = 0;
    this.dropping = false;
  }

  private completeCarried(bytes: Uint8Array, end: number): void {
    this.keep(bytes.subarray(0, end), 0);
    if (this.dropping) this.sink.tooLong();
    else this.sink.lines(this.carry, 0, this.carried);
    this.carried = 0;
    this.dropping = false;
  }

  private keep(bytes: Uint8Array, start: number): void {
    const size = this.carried + bytes.length - start;
    if (this.dropping || size > LINE_BYTES_MAX) {
      this.dropping = true;
      this.carried = 0;
      return;
    }
    // One byte more, for the newline that `finish` adds.
    if (size >= this.carry.length) {
      const grown = new Uint8Array(Math.max(size + 1, this.carry.length * 2));
      grown.set(this.carry.subarray(0, this.carried));
      this.carry = grown;
    }
    this.carry.set(bytes.subarray(start), this.carried);
    this.carried = size;
  }
}
