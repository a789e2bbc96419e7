import type { NameCache } from "../../events/name-cache.ts";

const DOT = 46;
const LESS = 60;
/** Threads whose names are remembered, and bytes of a task's name (TASK_COMM_LEN without its zero). */
const SLOTS = 64;
const NAME_BYTES = 16;

/** Names of threads: a thread mostly has the name it had before. */
export class FtraceTaskNames {
  private readonly names: NameCache;
  private readonly bytes = new Uint8Array(SLOTS * NAME_BYTES);
  private readonly sizes = new Uint8Array(SLOTS);
  private readonly indices = new Int32Array(SLOTS);

  constructor(names: NameCache) {
    this.names = names;
  }

  /** Index of the name in `bytes[start, end)`; -1 for none and for `<...>`, where the trace has lost it. */
  of(bytes: Uint8Array, start: number, end: number, pid: number): number {
    const slot = pid & (SLOTS - 1);
    const at = slot * NAME_BYTES;
    const size = end - start;
    if (size === 0) return -1;
    if (this.sizes[slot] === size) {
      let i = 0;
      while (i < size && this.bytes[at + i] === bytes[start + i]) i++;
      if (i === size) return this.indices[slot];
    }
    const lost = size === 5 && bytes[start] === LESS && bytes[start + 1] === DOT;
    const index = lost ? -1 : this.names.intern(bytes, start, end);
    if (size <= NAME_BYTES) {
      this.bytes.set(bytes.subarray(start, end), at);
      this.sizes[slot] = size;
      this.indices[slot] = index;
    }
    return index;
  }
}
