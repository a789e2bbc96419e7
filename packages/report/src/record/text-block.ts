import { TEXT_BYTES_MAX } from "../limits.ts";

/** Texts of calls one behind the other, in UTF-8. */
export class TextBlock {
  /** Texts that found no room. */
  leftOut = 0;
  private bytes = new Uint8Array(1 << 16);
  private used = 0;

  /** Appends a text and returns its bytes; 0 where there is no room. */
  add(text: string): number {
    const needed = text.length * 3;
    if (this.used + needed > TEXT_BYTES_MAX) {
      this.leftOut++;
      return 0;
    }
    if (this.used + needed > this.bytes.length) this.grow(this.used + needed);
    const { written } = encoder.encodeInto(text, this.bytes.subarray(this.used));
    this.used += written;
    return written;
  }

  /** All texts. */
  packed(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.used);
  }

  private grow(needed: number): void {
    const bytes = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    bytes.set(this.bytes.subarray(0, this.used));
    this.bytes = bytes;
  }
}

const encoder = new TextEncoder();
