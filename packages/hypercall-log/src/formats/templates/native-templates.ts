import type { EventBatch } from "../../events/event-batch.ts";
import { exportsOf, type GrowingMemory, moduleOf, newMemory } from "../../input/web-assembly.ts";
import { READ_BYTES, SPARE_MEMORIES_MAX } from "../../limits.ts";
import code from "./line-templates.wasm.txt?raw";
import { type CallLender, LentCalls } from "./native-calls.ts";
import type { TemplateTable } from "./template-table.ts";

const PAGE_BYTES = 1 << 16;
/** Rows and words of a batch in the module's memory; of a larger one its lines are read in JavaScript. */
const ROWS = 1 << 15;
const WORDS = 1 << 20;
/** Bytes of a batch's columns, by row. */
const ROW_BYTES = 84;
/** Bytes before the tables: the module's settings and its own tables (assembly/line-templates.ts). */
const TABLES_AT = 8192;
const TABLE_BYTES = 1 << 18;
/** Where the layouts of arguments lie. */
const FORMS_AT = TABLES_AT + TABLE_BYTES;
const FORM_BYTES = 1 << 14;
const BATCH_AT = FORMS_AT + FORM_BYTES;
const BATCH_BYTES = ROWS * ROW_BYTES + 4 * WORDS;
const TEXT_AT = (BATCH_AT + BATCH_BYTES + 15) & ~15;
/** Bytes behind the text that a compare of 16 bytes may touch. */
const MARGIN = 1 << 16;
const TEXT_BYTES = READ_BYTES;
const PAGES = Math.ceil((TEXT_AT + TEXT_BYTES + MARGIN) / PAGE_BYTES);

/** Where the module's settings and results lie, in words of 4 bytes, as assembly/line-templates.ts names them. */
const SETTINGS = 0;
const State = {
  headCount: 32,
  bodyCount: 33,
  rows: 34,
  wordsUsed: 35,
  taken: 36,
  next: 37,
  body: 38,
  start: 39,
  head: 40,
  payload: 41,
  last: 42,
  lastHead: 43,
  mayCall: 60,
} as const;
/** The same of doubles, in words of 8 bytes. */
const TIME_AT = 22;
const REGISTERS_AT = 24;

interface Exports {
  setUp(): void;
  run(start: number, end: number, line: number, waits: number): void;
}

/** The module; null: this runtime cannot have it. */
let compiled: object | null | undefined;

/** Memories of logs that are read, and all that are lent, by their bytes. */
const spare: GrowingMemory[] = [];
const lent = new WeakMap<ArrayBufferLike, GrowingMemory>();

/** A batch's log is read to its end, and the batch, cleared, nobody's any more: where it lies in such a memory, that serves the next log. */
export function giveMemoryBack({ kind, words }: EventBatch): void {
  const memory = lent.get(words.buffer);
  // Of a batch that grew out of it rows are left there.
  if (memory === undefined || kind.buffer !== words.buffer) return;
  lent.delete(words.buffer);
  if (spare.length < SPARE_MEMORIES_MAX) spare.push(memory);
}

/** A memory that is as a new one before the batch, and whether a cleared batch lies in it. */
interface Lease {
  readonly memory: GrowingMemory;
  readonly isBlank: boolean;
}

/** Null: this process gets no memory. */
function leaseOf(): Lease | null {
  const again = spare.pop();
  const memory = again ?? newMemory(PAGES, PAGES);
  if (memory === null) {
    // A process whose addresses are bounded (ulimit -v) gets no such memory, and looks for it long: it is asked once.
    compiled = null;
    return null;
  }
  new Uint8Array(memory.buffer, 0, BATCH_AT).fill(0);
  lent.set(memory.buffer, memory);
  return { memory, isBlank: again !== undefined };
}

/** Reads lines of a known layout in WebAssembly, as LineTemplates does in JavaScript. Batch and tables lie in its memory. */
export class NativeTemplates {
  /** What the last `run` gave, in the numbers of `NativeState`. */
  readonly state: Int32Array;
  /** Registers of a call's line. */
  readonly registers: Float64Array;
  private readonly table: TemplateTable;
  private readonly batch: EventBatch;
  private readonly buffer: ArrayBuffer;
  private readonly text: Uint8Array;
  private readonly doubles: Float64Array;
  private readonly exports: Exports;
  private readonly lender: CallLender | null;
  private readonly calls: LentCalls;
  private hasText = false;
  /** Columns of the batch where it lies in the memory: it may grow out of it. */
  private kind: Uint8Array = new Uint8Array(0);
  private words: Int32Array = new Int32Array(0);

  private constructor(
    module: object,
    { memory, isBlank }: Lease,
    table: TemplateTable,
    batch: EventBatch,
    hasTaskInHead: boolean,
    lender: CallLender | null,
  ) {
    this.buffer = memory.buffer;
    this.table = table;
    this.batch = batch;
    this.lender = lender;
    this.calls = new LentCalls(this.buffer);
    this.text = new Uint8Array(this.buffer, TEXT_AT, TEXT_BYTES + MARGIN);
    this.state = new Int32Array(this.buffer, 0, TABLES_AT >> 2);
    this.doubles = new Float64Array(this.buffer, 0, TABLES_AT >> 3);
    this.registers = this.doubles.subarray(REGISTERS_AT, REGISTERS_AT + 4);
    this.exports = exportsOf(module, memory) as Exports;
    this.exports.setUp();
    table.moveTo(this.buffer, TABLES_AT);
    this.moveBatch(isBlank);
    const { literals, ops, images, heads, bodies, cpus, pids, comms, slots, before } = table;
    const { kind, time, domid, cpu, pid, comm, place, payload, words, call, via, nr, cmd, ret } = batch;
    const tables = [literals, ops, images, heads, bodies, cpus, pids, comms];
    const columns = [kind, time, domid, cpu, pid, comm, place, payload, words];
    const places = [...tables, ...columns].map((array) => array.byteOffset);
    const chains = [slots.byteOffset, before.byteOffset];
    const ofCalls = [table.calls, call, via, nr, cmd, ret, table.notes].map((array) => array.byteOffset);
    const settings = [...places, ROWS, WORDS, hasTaskInHead ? 1 : 0, ...chains, ...ofCalls, FORMS_AT];
    this.state.set(settings, SETTINGS);
    const forms = lender?.forms?.();
    if (forms !== undefined) new Int32Array(this.buffer, FORMS_AT, FORM_BYTES >> 2).set(forms);
    this.state[State.last] = -1;
  }

  /** Moves an empty batch and its tables into a module's memory; null where this runtime cannot. */
  static of(
    table: TemplateTable,
    batch: EventBatch,
    hasTaskInHead: boolean,
    lender: CallLender | null,
  ): NativeTemplates | null {
    if (batch.length > 0) return null;
    if (compiled === undefined) compiled = moduleOf(code);
    const module = compiled;
    if (module === null) return null;
    const lease = leaseOf();
    return lease === null ? null : new NativeTemplates(module, lease, table, batch, hasTaskInHead, lender);
  }

  /** The bytes in which `run` reads from now on. */
  enter(bytes: Uint8Array): void {
    const { batch } = this;
    this.hasText = bytes.length <= TEXT_BYTES;
    if (this.hasText) this.text.set(bytes);
    // A batch that grew out of the memory comes back once it is empty.
    if (batch.length === 0 && !this.isHome) this.moveBatch();
  }

  /** Time of the line that was read last. */
  get time(): number {
    return this.doubles[TIME_AT];
  }

  /** As LineTemplates.run; false where it must be done there. */
  run(start: number, end: number, line: number, waits: boolean): boolean {
    const { batch, state, table } = this;
    if (!this.hasText || !this.isHome) return false;
    state[State.headCount] = table.headCount;
    state[State.bodyCount] = table.bodyCount;
    state[State.rows] = batch.length;
    state[State.wordsUsed] = batch.wordsUsed;
    const { lender, calls } = this;
    calls.clear();
    const lends = lender !== null && !waits && lender.lend(calls);
    state[State.mayCall] = lends ? 1 : 0;
    this.exports.run(TEXT_AT + start, TEXT_AT + end, line, waits ? 1 : 0);
    if (lends) lender.takeBack(calls);
    batch.length = state[State.rows];
    batch.wordsUsed = state[State.wordsUsed];
    return true;
  }

  /** What the last `run` gave, as LineTemplates names it. */
  get taken(): number {
    return this.state[State.taken];
  }

  get next(): number {
    return this.state[State.next] - TEXT_AT;
  }

  get body(): number {
    return this.state[State.body];
  }

  get start(): number {
    return this.state[State.start] - TEXT_AT;
  }

  get head(): number {
    return this.state[State.head];
  }

  get payload(): number {
    return this.state[State.payload];
  }

  private moveBatch(isBlank = false): void {
    this.batch.moveTo(this.buffer, BATCH_AT, ROWS, WORDS, isBlank);
    this.kind = this.batch.kind;
    this.words = this.batch.words;
  }

  private get isHome(): boolean {
    const { batch } = this;
    return batch.kind === this.kind && batch.words === this.words;
  }
}
