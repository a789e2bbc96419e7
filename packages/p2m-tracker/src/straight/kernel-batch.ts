import type { EventBatch } from "@xgt/hypercall-log";
import type { Column } from "../memory/column-room.ts";
import type { KernelMemory } from "../memory/kernel-memory.ts";
import * as slots from "../memory/kernel-slots.ts";

/** Rows and words of a batch that are copied; those of a larger one the module does not get. */
const ROWS_MAX = 1 << 17;
const WORDS_MAX = 1 << 22;

const bytes = ["kind"] as const;
const integers = ["domid", "pid", "nr", "cmd", "payload"] as const;
const numbers = ["call", "start", "ret"] as const;
const places = {
  ...{ kind: slots.KIND_AT, domid: slots.DOMID_AT, pid: slots.PID_AT, nr: slots.NR_AT, cmd: slots.CMD_AT },
  ...{ payload: slots.PAYLOAD_AT, call: slots.CALL_AT, start: slots.START_AT, ret: slots.RET_AT },
} as const;

/** Copies of those columns of a batch that the module reads, in its memory. */
export class KernelBatch {
  private readonly kernel: KernelMemory;
  private rows = 0;
  private readonly columns: Partial<Record<keyof typeof places, Column>> = {};
  private source: Int32Array | undefined;
  private words: Int32Array | undefined;

  constructor(kernel: KernelMemory) {
    this.kernel = kernel;
  }

  /** Copies the rows of a batch from one on; false: it is too large. */
  copy(batch: EventBatch, first: number): boolean {
    const { length, wordsUsed } = batch;
    if (length > ROWS_MAX || wordsUsed > WORDS_MAX) return false;
    // One more: the payload of the last row ends there.
    this.makeRoom(length + 1, wordsUsed);
    for (const name of [...bytes, ...integers, ...numbers])
      this.columns[name]?.set(batch[name].subarray(first, length), first);
    this.columns.payload?.fill(wordsUsed, length, length + 1);
    const from = first < length ? batch.payload[first] : wordsUsed;
    this.words?.set(batch.words.subarray(from, wordsUsed), from);
    this.source?.set(batch.source.subarray(first, length), first);
    return !this.kernel.isExhausted;
  }

  private makeRoom(rows: number, words: number): void {
    const { kernel } = this;
    if (rows > this.rows) {
      this.rows = powerOfTwo(rows);
      for (const column of Object.values(this.columns)) kernel.release(column);
      if (this.source !== undefined) kernel.release(this.source);
      for (const name of bytes) this.columns[name] = kernel.uint8(this.rows);
      for (const name of integers) this.columns[name] = kernel.int32(this.rows);
      for (const name of numbers) this.columns[name] = kernel.float64(this.rows);
      this.source = kernel.int32(this.rows);
      for (const [name, column] of Object.entries(this.columns))
        kernel.integers[2 * places[name as keyof typeof places]] = column.byteOffset;
      kernel.integers[2 * slots.SOURCE_AT] = this.source.byteOffset;
    }
    if (words <= (this.words?.length ?? 0)) return;
    if (this.words !== undefined) kernel.release(this.words);
    this.words = kernel.int32(powerOfTwo(words));
    kernel.integers[2 * slots.WORDS_AT] = this.words.byteOffset;
  }
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, least)));
}
