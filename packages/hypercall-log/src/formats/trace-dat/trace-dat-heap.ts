import type { TraceBufferReader } from "./trace-dat-pages.ts";

/** The CPUs' buffers, that with the earliest record first: a binary heap. */
export class TraceBufferHeap {
  private readonly readers: TraceBufferReader[] = [];

  /** The buffer whose record is next; null where all are at their end. */
  get first(): TraceBufferReader | null {
    return this.readers[0] ?? null;
  }

  /** Adds a buffer, which goes to its first record. */
  add(reader: TraceBufferReader): void {
    if (!reader.next()) return;
    const { readers } = this;
    let at = readers.push(reader) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(reader, readers[parent])) break;
      readers[at] = readers[parent];
      at = parent;
    }
    readers[at] = reader;
  }

  /** The first buffer goes to its next record. */
  advance(): void {
    const { readers } = this;
    const reader = readers[0].next() ? readers[0] : readers.pop();
    if (reader === undefined || readers.length === 0) return;
    let at = 0;
    for (let child = 1; child < readers.length; child = 2 * at + 1) {
      if (child + 1 < readers.length && isBefore(readers[child + 1], readers[child])) child++;
      if (!isBefore(readers[child], reader)) break;
      readers[at] = readers[child];
      at = child;
    }
    readers[at] = reader;
  }
}

function isBefore(a: TraceBufferReader, b: TraceBufferReader): boolean {
  return a.time < b.time || (a.time === b.time && a.buffer.cpu < b.buffer.cpu);
}
