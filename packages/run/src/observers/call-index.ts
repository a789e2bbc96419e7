import type { Location, Note } from "@xgt/findings";
import { hypercallOf, subOpOf } from "@xgt/hypercall-abi";
import { DmaView, type EventBatch, EventKind, type StringTable } from "@xgt/hypercall-log";
import type { ReplayEvent, ReplayObserver } from "@xgt/p2m-tracker";
import { EVENTS_REMEMBERED } from "../limits.ts";
import type { Actor } from "./actor.ts";

/** Events of one block: blocks are made as events come, and used again in turn. */
const BLOCK = 1 << 14;
const BLOCKS = EVENTS_REMEMBERED / BLOCK;
/** Thread, CPU and device. */
const ACTOR_WORDS = 3;

/** What stands for a hypercall's number where an event is none. */
const GUEST_P2M = -2;
const DMA = -3;
/** The event is none that is remembered. */
const OTHER = -4;

/** Sources of a run, as locations name them. */
type Sources = readonly { readonly path: string; readonly placeUnit: "line" | "byte" }[];

/** Neighbouring events, in columns. */
class EventBlock {
  readonly time = new Float64Array(BLOCK);
  readonly place = new Float64Array(BLOCK);
  readonly source = new Uint16Array(BLOCK);
  /** Number of the hypercall, or what stands for it. */
  readonly nr = new Int32Array(BLOCK);
  readonly cmd = new Int32Array(BLOCK);
  readonly comm = new Int32Array(BLOCK);
  /** Who did what in full, where somebody asks for it: thread, CPU and device. */
  readonly actor: Int32Array;

  constructor(keepsActors: boolean) {
    this.actor = new Int32Array(keepsActors ? BLOCK * ACTOR_WORDS : 0);
  }
}

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

  /** Makes an event the newest one: its block. The events since the one before are none that are remembered. */
  private goOn(event: number): EventBlock {
    for (let other = Math.max(this.latest + 1, event - EVENTS_REMEMBERED); other < event; other++)
      this.blockOf(other).nr[other % BLOCK] = OTHER;
    this.latest = event;
    return this.blockOf(event);
  }

  private blockOf(event: number): EventBlock {
    const index = Math.floor(event / BLOCK) % BLOCKS;
    let block = this.blocks[index];
    if (block === undefined) {
      block = new EventBlock(this.keepsActors);
      this.blocks[index] = block;
    }
    return block;
  }

  /** Notes what rows say, in one block from `at` on. */
  private copy(block: EventBlock, at: number, batch: EventBatch, first: number, end: number): void {
    const { time, place, source, comm, nr, cmd } = block;
    const { kind } = batch;
    const shift = at - first;
    for (let row = first; row < end; row++) {
      const to = row + shift;
      const what = kind[row];
      time[to] = batch.time[row];
      place[to] = batch.place[row];
      source[to] = batch.source[row];
      comm[to] = batch.comm[row];
      cmd[to] = batch.cmd[row];
      if (what === EventKind.dma) nr[to] = DMA;
      else if (what === EventKind.guestP2m) nr[to] = GUEST_P2M;
      else nr[to] = what === EventKind.exit ? batch.nr[row] : OTHER;
    }
    if (this.keepsActors)
      for (let row = first; row < end; row++) this.keepActor(block, row + shift, batch, row);
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
    return block === undefined || block.nr[at] < 0 ? null : { nr: block.nr[at], cmd: block.cmd[at] };
  }

  /** What an event was ("map_grant_ref", "DMA") and the task that did it; null where it is not remembered. */
  actAt(event: number): { readonly name: string; readonly isCall: boolean; readonly task: string } | null {
    const block = this.find(event);
    if (block === undefined) return null;
    const at = event % BLOCK;
    return { name: nameAt(block, at), isCall: block.nr[at] >= 0, task: this.strings.get(block.comm[at]) };
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
    return block.nr[event % BLOCK] === OTHER ? undefined : block;
  }
}

function nameAt(block: EventBlock, at: number): string {
  if (block.nr[at] === GUEST_P2M) return "an entry of the guest's own table";
  if (block.nr[at] === DMA) return "DMA";
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
