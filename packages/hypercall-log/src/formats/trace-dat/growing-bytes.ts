import { type GrowingMemory, newMemory } from "../../input/web-assembly.ts";

const PAGE_BYTES = 65536;
/** Bytes from which on a file is kept in memory that grows where it lies; to reserve that costs more than a short file. */
const IN_PLACE_FROM = 4 << 20;
const INITIAL_BYTES = 65536;

/** Bytes that come piece by piece and are wanted as one: a large file is not in memory twice, and copied once. */
export class GrowingBytes {
  /** Bytes that were added. */
  length = 0;
  private readonly most: number;
  private readonly inPlaceFrom: number;
  private memory: GrowingMemory | null = null;
  private room: Uint8Array = new Uint8Array(0);

  /**
   * @param most Bytes that are added in all, at most.
   * @param inPlaceFrom Bytes from which on they lie in memory that grows in place; Infinity: never.
   */
  constructor(most: number, inPlaceFrom = IN_PLACE_FROM) {
    this.most = most;
    this.inPlaceFrom = inPlaceFrom;
  }

  /** Adds a copy of these. */
  add(bytes: Uint8Array): void {
    const size = this.length + bytes.length;
    if (size > this.room.length) this.grow(size);
    this.room.set(bytes, this.length);
    this.length = size;
  }

  /** All that was added so far, good until the next `add`. */
  get all(): Uint8Array {
    return this.room.subarray(0, this.length);
  }

  private grow(size: number): void {
    const wanted = Math.max(INITIAL_BYTES, Math.min(2 * this.room.length, this.most), size);
    if (this.memory !== null && this.growMemory(this.memory, wanted)) return;
    const memory = size >= this.inPlaceFrom ? memoryOf(wanted, this.most) : null;
    const grown = memory === null ? new Uint8Array(wanted) : new Uint8Array(memory.buffer);
    grown.set(this.all);
    this.memory = memory;
    this.room = grown;
  }

  private growMemory(memory: GrowingMemory, size: number): boolean {
    try {
      memory.grow(Math.ceil((size - memory.buffer.byteLength) / PAGE_BYTES));
    } catch {
      return false;
    }
    this.room = new Uint8Array(memory.buffer);
    return true;
  }
}

/** Memory of `size` bytes that grows up to `most`; null where there is none to be had. */
function memoryOf(size: number, most: number): GrowingMemory | null {
  const [initial, maximum] = [size, Math.max(size, most)].map((bytes) => Math.ceil(bytes / PAGE_BYTES));
  return newMemory(initial, maximum);
}
