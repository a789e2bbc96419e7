import { TEXT_MAX } from "../../limits.ts";

const TWO_POW_32 = 4294967296;

/** Something in a trace.dat that cannot be read: what, and the byte offset in the file. */
export class TraceDatError extends Error {
  override readonly name = "TraceDatError";
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** Reads little-endian values and texts one after another, from a file or a section of it. Throws TraceDatError. */
export class TraceDatCursor {
  readonly bytes: Uint8Array;
  at: number;
  private readonly view: DataView;
  /** Offset in the file of the bytes' first; of unpacked bytes, that of what they were packed in. */
  private readonly base: number;
  private readonly isPacked: boolean;

  constructor(bytes: Uint8Array, at = 0, base = 0, isPacked = false) {
    this.bytes = bytes;
    this.at = at;
    this.base = base;
    this.isPacked = isPacked;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Offset in the file, for errors. */
  get offset(): number {
    return this.isPacked ? this.base : this.base + this.at;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  u8(what: string): number {
    return this.view.getUint8(this.skip(1, what));
  }

  u16(what: string): number {
    return this.view.getUint16(this.skip(2, what), true);
  }

  u32(what: string): number {
    return this.view.getUint32(this.skip(4, what), true);
  }

  /** A 64-bit size or offset. */
  u64(what: string): number {
    const at = this.skip(8, what);
    return this.view.getUint32(at + 4, true) * TWO_POW_32 + this.view.getUint32(at, true);
  }

  /** The next `size` bytes. */
  take(size: number, what: string): Uint8Array {
    const at = this.skip(size, what);
    return this.bytes.subarray(at, at + size);
  }

  /** The next `size` bytes, to be read on their own. */
  part(size: number, what: string): TraceDatCursor {
    const { offset } = this;
    return new TraceDatCursor(this.take(size, what), 0, offset, this.isPacked);
  }

  /** A text that a zero byte ends, within TEXT_MAX bytes. */
  text(what: string): string {
    const rest = this.bytes.subarray(this.at, this.at + TEXT_MAX + 1);
    const size = rest.indexOf(0);
    if (size < 0) throw new TraceDatError(this.offset, `${what} does not end`);
    this.at += size + 1;
    return latin1(rest.subarray(0, size));
  }

  /** Passes the words that a part of the file begins with. */
  expect(words: string): void {
    const found = latin1(this.take(words.length, `"${words.replace("\0", "")}"`));
    if (found !== words) {
      this.at -= words.length;
      throw new TraceDatError(this.offset, `"${words.replace("\0", "")}" was expected here`);
    }
  }

  /** A count of things that take at least `bytes` bytes each. */
  count(what: string, bytes: number): number {
    const count = this.u32(what);
    if (count * bytes > this.left) {
      this.at -= 4;
      throw new TraceDatError(this.offset, `${what} is ${count}, more than the file has room for`);
    }
    return count;
  }

  private skip(size: number, what: string): number {
    if (size > this.left) {
      throw new TraceDatError(
        this.offset,
        `the file ends inside ${what} (${size} bytes, ${this.left} are left)`,
      );
    }
    const at = this.at;
    this.at = at + size;
    return at;
  }
}

/** Bytes as characters of the same numbers. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
