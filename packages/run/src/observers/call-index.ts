import type { Location, Note } from "@xgt/findings";
import { hypercallOf, subOpOf } from "@xgt/hypercall-abi";
import { DmaView, type EventBatch, EventKind, type StringTable } from "@xgt/hypercall-log";
import type { ReplayEvent, ReplayObserver } from "@xgt/p2m-tracker";
import { EVENTS_REMEMBERED, SPARE_BLOCKS_MAX } from "../limits.ts";
import type { Actor } from "./actor.ts";

/** Events of one block: blocks are made as events come, and used again in turn. */
const BLOCK = 1 << 12;
const BLOCKS = EVENTS_REMEMBERED / BLOCK;
/** Rows from which on columns are copied as a whole: that costs a view of each. */
const ROWS_BY_COLUMN = 32;
/** Thread, CPU and device. */
const ACTOR_WORDS = 3;

/** In the place of an event's kind: it is none that is remembered. */
const OTHER = 255;

/** Sources of a run, as locations name them. */
type Sources = readonly { readonly path: string; readonly placeUnit: "line" | "byte" }[];

/** Neighbouring events, in columns. */
class EventBlock {
  /** EventKind, or OTHER. What an enter says is noted with its exit. */
  readonly kind = new Uint8Array(BLOCK);
  readonly time = new Float64Array(BLOCK);
  readonly place = new Float64Array(BLOCK);
  readonly source = new Uint16Array(BLOCK);
  /** Number of the hypercall. */
  readonly nr = new Int32Array(BLOCK);
  readonly cmd = new Int32Array(BLOCK);
  readonly comm = new Int32Array(BLOCK);
  /** Who did what in full, where somebody asks for it: thread, CPU and device. */
  readonly actor: Int32Array;

  constructor(keepsActors: boolean) {
    this.actor = new Int32Array(keepsActors ? BLOCK * ACTOR_WORDS : 0);
  }
}

/** Blocks without actors that no run needs any more. */
const spareBlocks: EventBlock[] = [];

/**
 * Which call ended at an event, and where it stands: for the calls, DMAs and entries of the guest's own table among the
 * latest EVENTS_REMEMBERED events. Findings name earlier events by number only.
 */
export class CallIndex implements ReplayObserver {
  private readonly sources: Sources;
  private readonly strings: StringTable;
  private readonly blocks: EventBlock[] = [];
  /** The newest event that was noted; 0: none. */
  private latest = 0;
  private readonly keepsActors: boolean;
  private readonly dma = new DmaView();

  /** @param keepsActors Thread, CPU and device of each event are remembered too. */
  constructor(sources: Sources, strings: StringTable, keepsActors = false) {
    this.sources = sources;
    this.strings = strings;
    this.keepsActors = keepsActors;
  }

  /** Notes an event; events come in order of number. */
  begin({ number, batch, row, call }: ReplayEvent): void {
    const kind = batch.kind[row];
    if (kind !== EventKind.exit && kind !== EventKind.guestP2m && kind !== EventKind.dma) return;
    const block = this.goOn(number);
    const at = number % BLOCK;
    this.copy(block, at, batch, row, row + 1);
    if (call === null) return;
    if (block.comm[at] < 0) block.comm[at] = call.comm;
    block.nr[at] = call.nr;
    block.cmd[at] = call.cmd;
    if (this.keepsActors && block.actor[at * ACTOR_WORDS] < 0) block.actor[at * ACTOR_WORDS] = call.pid;
  }

  /** Of a call the rows have both halves, its exit behind its enter. */
  passed(batch: EventBatch, first: number, end: number, event: number): void {
    for (let row = first; row < end; ) {
      const number = event + row - first;
      const at = number % BLOCK;
      const part = Math.min(end, row + BLOCK - at);
      const block = this.goOn(number);
      this.copy(block, at, batch, row, part);
      this.latest += part - row - 1;
      for (let exit = row; exit < part; exit++)
        if (batch.kind[exit] === EventKind.exit) this.complete(block, at + exit - row, batch, exit - 1);
      row = part;
    }
  }

  /** Nothing is asked for any more: the blocks serve the thread's next run. */
  release(): void {
    this.latest = 0;
    const blocks = this.blocks.splice(0).filter((block) => block !== undefined);
    if (!this.keepsActors) spareBlocks.push(...blocks.slice(0, SPARE_BLOCKS_MAX - spareBlocks.length));
  }

  /** Makes an event the newest one: its block. The events since the one before are none that are remembered. */
  private goOn(event: number): EventBlock {
    for (let other = Math.max(this.latest + 1, event - EVENTS_REMEMBERED); other < event; other++)
      this.blockOf(other).kind[other % BLOCK] = OTHER;
    this.latest = event;
    return this.blockOf(event);
  }

  private blockOf(event: number): EventBlock {
    const index = Math.floor(event / BLOCK) % BLOCKS;
    let block = this.blocks[index];
    if (block === undefined) {
      block = (this.keepsActors ? undefined : spareBlocks.pop()) ?? new EventBlock(this.keepsActors);
      this.blocks[index] = block;
    }
    return block;
  }

  /** Notes what rows say, in one block from `at` on. */
  private copy(block: EventBlock, at: number, batch: EventBatch, first: number, end: number): void {
    if (end - first < ROWS_BY_COLUMN)
      for (let row = first; row < end; row++) copyRow(block, at + row - first, batch, row);
    else {
      block.kind.set(batch.kind.subarray(first, end), at);
      block.time.set(batch.time.subarray(first, end), at);
      block.place.set(batch.place.subarray(first, end), at);
      block.source.set(batch.source.subarray(first, end), at);
      block.comm.set(batch.comm.subarray(first, end), at);
      block.nr.set(batch.nr.subarray(first, end), at);
      block.cmd.set(batch.cmd.subarray(first, end), at);
    }
    if (this.keepsActors)
      for (let row = first; row < end; row++) this.keepActor(block, at + row - first, batch, row);
  }

  /** Notes what the call of the exit at `at` was: its enter stands at row `enter`. */
  private complete(block: EventBlock, at: number, batch: EventBatch, enter: number): void {
    if (block.comm[at] < 0) block.comm[at] = batch.comm[enter];
    block.nr[at] = batch.nr[enter];
    block.cmd[at] = batch.cmd[enter];
    if (this.keepsActors && block.actor[at * ACTOR_WORDS] < 0)
      block.actor[at * ACTOR_WORDS] = batch.pid[enter];
  }

  private keepActor(block: EventBlock, at: number, batch: EventBatch, row: number): void {
    const isDma = batch.kind[row] === EventKind.dma;
    if (isDma) this.dma.load(batch, row);
    const first = at * ACTOR_WORDS;
    block.actor[first] = batch.pid[row];
    block.actor[first + 1] = batch.cpu[row];
    block.actor[first + 2] = isDma ? this.dma.dev : -1;
  }

  /** Who did what ended at an event; null where it is not remembered, or nobody asked for it. */
  actorAt(event: number): Omit<Actor, "domid"> | null {
    const block = this.keepsActors ? this.find(event) : undefined;
    if (block === undefined) return null;
    const at = event % BLOCK;
    const [pid, cpu, dev] = block.actor.subarray(at * ACTOR_WORDS, (at + 1) * ACTOR_WORDS);
    return { pid, cpu, comm: this.strings.get(block.comm[at]), device: this.strings.get(dev) };
  }

  /** What happened at an event, as a note; null where it is not remembered. */
  describe(event: number): Note | null {
    const block = this.find(event);
    if (block === undefined) return null;
    const at = event % BLOCK;
    const task = this.strings.get(block.comm[at]);
    const by = task === "" ? "" : ` by ${task}`;
    const time = Number.isNaN(block.time[at]) ? "" : ` at ${block.time[at].toFixed(6)} s`;
    return { message: `${nameAt(block, at)}${by}${time}`, event, location: this.locationAt(block, at) };
  }

  /** Hypercall and sub-op of the call that ended at an event; null where it is not remembered or was no call. */
  callAt(event: number): { readonly nr: number; readonly cmd: number } | null {
    const block = this.find(event);
    const at = event % BLOCK;
    return block === undefined || !isCall(block, at) ? null : { nr: block.nr[at], cmd: block.cmd[at] };
  }

  /** What an event was ("map_grant_ref", "DMA") and the task that did it; null where it is not remembered. */
  actAt(event: number): { readonly name: string; readonly isCall: boolean; readonly task: string } | null {
    const block = this.find(event);
    if (block === undefined) return null;
    const at = event % BLOCK;
    return { name: nameAt(block, at), isCall: isCall(block, at), task: this.strings.get(block.comm[at]) };
  }

  private locationAt(block: EventBlock, at: number): Location | null {
    const source = this.sources[block.source[at]];
    return source === undefined
      ? null
      : { path: source.path, place: block.place[at], unit: source.placeUnit };
  }

  /** The block that remembers an event; undefined: none does. */
  private find(event: number): EventBlock | undefined {
    if (!(event > this.latest - EVENTS_REMEMBERED && event > 0 && event <= this.latest)) return undefined;
    const block = this.blockOf(event);
    const kind = block.kind[event % BLOCK];
    return kind === OTHER || kind === EventKind.enter ? undefined : block;
  }
}

function isCall(block: EventBlock, at: number): boolean {
  return block.kind[at] === EventKind.exit && block.nr[at] >= 0;
}

function copyRow(block: EventBlock, at: number, batch: EventBatch, row: number): void {
  block.kind[at] = batch.kind[row];
  block.time[at] = batch.time[row];
  block.place[at] = batch.place[row];
  block.source[at] = batch.source[row];
  block.comm[at] = batch.comm[row];
  block.nr[at] = batch.nr[row];
  block.cmd[at] = batch.cmd[row];
}

function nameAt(block: EventBlock, at: number): string {
  if (block.kind[at] === EventKind.guestP2m) return "an entry of the guest's own table";
  if (block.kind[at] === EventKind.dma) return "DMA";
  return callName(block.nr[at], block.cmd[at]);
}

/** "decrease_reservation", "memory_op sub-op 40", "hypercall 7". */
export function callName(nr: number, cmd: number): string {
  const subOp = subOpOf(nr, cmd);
  if (subOp !== undefined) return subOp.name;
  const hypercall = hypercallOf(nr);
  if (hypercall === undefined) return nr < 0 ? "a call" : `hypercall ${nr}`;
  return hypercall.subOps.length === 0 ? hypercall.name : `${hypercall.name} sub-op ${cmd}`;
}
