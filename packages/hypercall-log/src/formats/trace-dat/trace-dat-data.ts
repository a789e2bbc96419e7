import { TRACE_DAT_BUFFERS_MAX } from "../../limits.ts";
import { TraceDatError } from "./trace-dat-cursor.ts";
import type { TraceDatNotes } from "./trace-dat-file.ts";

/**
 * The CPUs' data in a trace.dat. Those of different CPUs do not overlap, packed or not: all that are taken hold no more
 * bytes than the file, and may be unpacked once.
 */
export class TraceDatData {
  private readonly bytes: Uint8Array;
  private readonly notes: TraceDatNotes;
  private count = 0;
  private taken = 0;

  constructor(bytes: Uint8Array, notes: TraceDatNotes) {
    this.bytes = bytes;
    this.notes = notes;
  }

  /** A CPU's bytes, as many as the file has of those asked for. Throws TraceDatError. */
  part(offset: number, size: number, cpu: number): Uint8Array {
    if (size === 0) return this.bytes.subarray(0, 0);
    const { length } = this.bytes;
    const start = Math.min(offset, length);
    const has = Math.min(size, length - start);
    if (has < size) {
      const message = `the file ends inside the data of CPU ${cpu}: ${has} of ${size} bytes are there`;
      this.notes.problem(start, message);
    }
    if (this.count === TRACE_DAT_BUFFERS_MAX)
      throw new TraceDatError(start, `more than ${TRACE_DAT_BUFFERS_MAX} buffers: the rest is left out`);
    if (this.taken + has > length) throw new TraceDatError(start, "CPUs' data overlap: the rest is left out");
    this.count++;
    this.taken += has;
    return this.bytes.subarray(start, start + has);
  }
}
