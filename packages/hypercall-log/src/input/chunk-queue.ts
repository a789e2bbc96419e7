import { PAUSE_MS } from "../limits.ts";
import type { ByteInput, ByteRange } from "./byte-input.ts";
import { settlesWithin } from "./settles-within.ts";

/** What the queue says where its source has given nothing for PAUSE_MS. */
export const PAUSED = "paused";

/** Chunks of bytes that can be looked at before they are taken. */
export class ChunkQueue {
  private readonly source: AsyncGenerator<Uint8Array>;
  private readonly input: ByteInput | null;
  private readonly held: Uint8Array[] = [];
  private heldBytes = 0;
  /** What the source was asked for and has not given yet. */
  private asked: Promise<IteratorResult<Uint8Array>> | null = null;

  /** `input`: whose bytes the chunks are, as they lie there; absent: they are made of an input's. */
  constructor(source: AsyncGenerator<Uint8Array>, input: ByteInput | null = null) {
    this.source = source;
    this.input = input;
  }

  /** Whether what comes next may be any range of the input: nothing is held, and the input can give ranges. */
  get canJump(): boolean {
    return this.held.length === 0 && this.input?.range !== undefined && this.input.size !== undefined;
  }

  /** The beginning of a range instead of the next chunk, null at the input's end; from then on `next` is not asked for. */
  async jump(range: ByteRange): Promise<Uint8Array | null> {
    const bytes = await this.input?.range?.(range);
    return bytes === undefined || bytes.length === 0 ? null : bytes;
  }

  /** Up to `size` first bytes, which are not taken; fewer where the input has no more. */
  async ahead(size: number): Promise<Uint8Array> {
    while (this.heldBytes < size && (await this.fetch()));
    return this.peek(size);
  }

  /** As `ahead`, but fewer where the source pauses and has given more than the `seen` bytes that were looked at before. */
  async aheadUntilPause(size: number, seen: number): Promise<Uint8Array> {
    while (this.heldBytes < size) {
      if (this.heldBytes > seen && (await this.pauses())) break;
      if (!(await this.fetch())) break;
    }
    return this.peek(size);
  }

  /** The next chunk, or null at the end. */
  async next(): Promise<Uint8Array | null> {
    const held = this.held.shift();
    if (held !== undefined) {
      this.heldBytes -= held.length;
      return held;
    }
    const chunk = await this.ask();
    this.asked = null;
    return chunk.done === true ? null : chunk.value;
  }

  /** The next chunk, null at the end, PAUSED where none comes for PAUSE_MS: it is still to come. */
  async nextOrPause(): Promise<Uint8Array | null | typeof PAUSED> {
    return this.held.length === 0 && (await this.pauses()) ? PAUSED : this.next();
  }

  async *rest(): AsyncGenerator<Uint8Array> {
    for (let chunk = await this.next(); chunk !== null; chunk = await this.next()) yield chunk;
  }

  private ask(): Promise<IteratorResult<Uint8Array>> {
    this.asked ??= this.source.next();
    return this.asked;
  }

  private async pauses(): Promise<boolean> {
    return !(await settlesWithin(this.ask(), PAUSE_MS));
  }

  /** Takes one more chunk from the source; false: it has none. */
  private async fetch(): Promise<boolean> {
    const chunk = await this.ask();
    this.asked = null;
    if (chunk.done === true) return false;
    // The source may use its buffer again: what is held is a copy.
    this.held.push(chunk.value.slice());
    this.heldBytes += chunk.value.length;
    return true;
  }

  private peek(size: number): Uint8Array {
    const [first] = this.held;
    if (first !== undefined && first.length >= Math.min(size, this.heldBytes)) return first.subarray(0, size);
    const head = new Uint8Array(Math.min(size, this.heldBytes));
    let at = 0;
    for (const chunk of this.held) {
      const part = chunk.subarray(0, head.length - at);
      head.set(part, at);
      at += part.length;
    }
    return head;
  }
}
