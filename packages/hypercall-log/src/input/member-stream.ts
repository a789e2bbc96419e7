import type { Transform } from "node:stream";
import { plainBytes } from "./byte-input.ts";

/** How one compression is undone. */
export interface Codec {
  readonly make: () => Transform;
  /** First bytes of a member. */
  readonly magic: readonly number[];
  /** True where the decompressor says nothing of data that ends too early. */
  readonly silentAtEnd: boolean;
}

/**
 * Decompresses data of one or more members that comes in pieces. Behind the last member only padding with zeros may
 * follow.
 */
export class MemberStream {
  /** The data is corrupt. */
  failed = false;
  /** The data ended inside a member. */
  incomplete = false;
  /** Offset of data that belongs to no member; -1: there is none. */
  trailer = -1;

  private readonly codec: Codec;
  private stream: PieceStream;
  /** Bytes between two members, too few to tell what they are. */
  private between = new Uint8Array(0);
  /** Offset of the next byte that no member has taken. */
  private offset = 0;

  constructor(codec: Codec) {
    this.codec = codec;
    this.stream = new PieceStream(codec.make());
  }

  /** True where nothing more can come out. */
  get stopped(): boolean {
    return this.failed || this.incomplete || this.trailer >= 0;
  }

  /** Decompresses a piece; the input's last one has `last` set and is not empty. Returns what came out. */
  async feed(piece: Uint8Array, last: boolean): Promise<readonly Uint8Array[]> {
    const made: Uint8Array[] = [];
    let rest = piece;
    if (this.between.length > 0) {
      rest = new Uint8Array([...this.between, ...piece]);
      this.between = new Uint8Array(0);
    }
    while (rest.length > 0 && !this.stopped) {
      if (this.stream.ended && !this.nextMember(rest, last)) break;
      const taken = await this.stream.write(last && this.codec.silentAtEnd ? withZero(rest) : rest);
      made.push(...this.stream.take());
      this.failed = this.stream.failed;
      this.offset += Math.min(taken, rest.length);
      if (!this.stream.ended) rest = rest.subarray(rest.length);
      else rest = rest.subarray(taken);
    }
    if (last && !this.stopped) await this.end(made);
    return made;
  }

  /** Begins the member at the beginning of `rest`; false where none begins there. */
  private nextMember(rest: Uint8Array, last: boolean): boolean {
    const { magic } = this.codec;
    if (rest.length < magic.length && !last) {
      this.between = rest.slice();
      return false;
    }
    if (magic.every((byte, i) => rest[i] === byte)) {
      this.stream = new PieceStream(this.codec.make());
      return true;
    }
    const other = rest.findIndex((byte) => byte !== 0);
    if (other >= 0) this.trailer = this.offset + other;
    this.offset += rest.length;
    return false;
  }

  private async end(made: Uint8Array[]): Promise<void> {
    if (this.stream.ended) return;
    // With a byte behind it, a whole member has ended by itself.
    this.incomplete = this.codec.silentAtEnd || !(await this.stream.end());
    made.push(...this.stream.take());
  }
}

function withZero(bytes: Uint8Array): Uint8Array {
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  return longer;
}

/** Drives one decompressor piece by piece and collects what comes out. */
class PieceStream {
  failed = false;
  ended = false;
  private readonly stream: Transform;
  private made: Uint8Array[] = [];
  private wake: () => void = () => {};

  constructor(stream: Transform) {
    this.stream = stream;
    stream.on("data", (data: Uint8Array) => this.made.push(plainBytes(data)));
    stream.on("end", () => {
      this.ended = true;
      this.wake();
    });
    stream.on("error", () => {
      this.failed = true;
      this.wake();
    });
  }

  /** Resolves to the number of bytes that were taken. */
  async write(piece: Uint8Array): Promise<number> {
    const before = this.taken;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      this.stream.write(piece, () => resolve());
    });
    return this.taken - before;
  }

  /** The input has ended. Resolves to whether that was the data's end too. */
  async end(): Promise<boolean> {
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      this.stream.end();
    });
    return !this.failed;
  }

  /** What came out since the last call. */
  take(): readonly Uint8Array[] {
    const { made } = this;
    this.made = [];
    return made;
  }

  private get taken(): number {
    const taken: unknown = Reflect.get(this.stream, "bytesWritten");
    return typeof taken === "number" ? taken : 0;
  }
}
