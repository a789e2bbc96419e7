import { newSharedMemory, type SharedMemory } from "@xgt/hypercall-log";
import type { Column, ColumnRoom } from "./column-room.ts";
import { SLOT_BYTES, SLOTS } from "./kernel-slots.ts";

const PAGE_BYTES = 1 << 16;
/** All that 32 bits address. Of what is not used yet nothing is taken. */
const PAGES_MAX = 1 << 16;
/** Pages by which the memory grows at least. */
const PAGES_MORE = 1 << 4;
/** Where columns begin: before it lies what the module and its caller tell each other, and what the module keeps. */
const COLUMNS_AT = PAGE_BYTES;
/** Columns begin at multiples of this, and are no smaller. */
const LEAST_SHIFT = 4;
/** Bytes in use of all memories of this thread, beyond which it gets no further one until others are collected. */
const USED_BYTES_MAX = 2 ** 30;

/** A memory, and who uses it. */
interface Lent {
  readonly memory: SharedMemory;
  /** End of what earlier holders used, and of what the present one does. */
  used: number;
  end: number;
  holder: WeakRef<KernelMemory> | undefined;
}

/** The runtime does not count what such memories take, and collects them late: each is used again once its holder is gone. */
const all: Lent[] = [];

/**
 * One memory for the columns of many states, on which a WebAssembly module works too. Memory that is released serves columns
 * of its size again. Where it is exhausted, columns get memory of their own, and the module must not run any more.
 */
export class KernelMemory implements ColumnRoom {
  readonly memory: SharedMemory;
  /** Words by which module and caller tell each other of things, as `kernel-slots.ts` numbers them: the same bytes twice. */
  readonly numbers: Float64Array;
  readonly integers: Int32Array;
  /** Whether a column lies elsewhere, for want of room. */
  isExhausted = false;
  private readonly lent: Lent;
  /** By the binary logarithm of their size: places that were released. */
  private readonly released: number[][] = [];

  /** An empty memory; null: those that are in use are large, or this process gets none. */
  static borrow(): KernelMemory | null {
    const free = all.find(({ holder }) => holder?.deref() === undefined);
    if (free !== undefined) return new KernelMemory(free);
    if (all.reduce((sum, { end }) => sum + end, 0) > USED_BYTES_MAX) return null;
    const memory = newSharedMemory(PAGES_MORE, PAGES_MAX);
    if (memory === null) return null;
    const lent: Lent = { memory, used: COLUMNS_AT, end: COLUMNS_AT, holder: undefined };
    all.push(lent);
    return new KernelMemory(lent);
  }

  private constructor(lent: Lent) {
    lent.used = Math.max(lent.used, lent.end);
    lent.end = COLUMNS_AT;
    lent.holder = new WeakRef(this);
    this.lent = lent;
    this.memory = lent.memory;
    const { buffer } = lent.memory;
    this.numbers = new Float64Array(buffer, 0, COLUMNS_AT / SLOT_BYTES).fill(0);
    this.integers = new Int32Array(buffer, 0, SLOTS * (SLOT_BYTES / Int32Array.BYTES_PER_ELEMENT));
  }

  /** Nobody looks at what lies in it any more: it serves another holder. */
  giveBack(): void {
    if (this.lent.holder?.deref() === this) this.lent.holder = undefined;
  }

  float64(length: number): Float64Array {
    const at = this.take(length * Float64Array.BYTES_PER_ELEMENT);
    return at < 0 ? new Float64Array(length) : new Float64Array(this.memory.buffer, at, length);
  }

  int32(length: number): Int32Array {
    const at = this.take(length * Int32Array.BYTES_PER_ELEMENT);
    return at < 0 ? new Int32Array(length) : new Int32Array(this.memory.buffer, at, length);
  }

  uint8(length: number): Uint8Array {
    const at = this.take(length);
    return at < 0 ? new Uint8Array(length) : new Uint8Array(this.memory.buffer, at, length);
  }

  release(column: Column): void {
    if (!(column.buffer instanceof SharedArrayBuffer)) return;
    const shift = shiftOf(column.byteLength);
    this.released[shift] ??= [];
    this.released[shift].push(column.byteOffset);
  }

  /** Place of so many bytes, all zero; -1: there is no room for them. */
  private take(bytes: number): number {
    const shift = shiftOf(bytes);
    const again = this.released[shift]?.pop();
    if (again !== undefined) return this.blank(again, bytes);
    const size = 2 ** shift;
    const at = this.lent.end;
    const missing = Math.ceil((at + size - this.memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0 && !this.grow(missing)) {
      this.isExhausted = true;
      return -1;
    }
    this.lent.end = at + size;
    return at < this.lent.used ? this.blank(at, bytes) : at;
  }

  private blank(at: number, bytes: number): number {
    // V8 fills what threads share value by value: the larger those are, the fewer. Places are of eight bytes and more.
    new Float64Array(this.memory.buffer, at, Math.ceil(bytes / Float64Array.BYTES_PER_ELEMENT)).fill(0);
    return at;
  }

  private grow(pages: number): boolean {
    const room = PAGES_MAX - this.memory.buffer.byteLength / PAGE_BYTES;
    if (pages > room) return false;
    try {
      this.memory.grow(Math.min(room, Math.max(pages, PAGES_MORE)));
      return true;
    } catch {
      // The machine gives no more.
      return false;
    }
  }
}

/** Binary logarithm of the least power of two that so many bytes fit in. */
function shiftOf(bytes: number): number {
  let shift = LEAST_SHIFT;
  while (2 ** shift < bytes) shift++;
  return shift;
}
