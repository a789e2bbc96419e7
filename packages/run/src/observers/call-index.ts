import type { Location, Note } from "@xgt/findings";
import { hypercallOf, subOpOf } from "@xgt/hypercall-abi";
import { DmaView, type EventBatch, EventKind, type StringTable } from "@xgt/hypercall-log";
import type { ReplayEvent, ReplayObserver } from "@xgt/p2m-tracker";
import { CALLS_REMEMBERED } from "../limits.ts";
import type { Actor } from "./actor.ts";

const INITIAL = 1024;
/** Thread, CPU and device. */
const ACTOR_WORDS = 3;

/** What stands for a hypercall's number where an event is none. */
const GUEST_P2M = -2;
const DMA = -3;

/** Sources of a run, as locations name them. */
type Sources = readonly { readonly path: string; readonly placeUnit: "line" | "byte" }[];

/**
 * Which call ended at an event, and where it stands: for the latest CALLS_REMEMBERED calls, DMAs and entries of the
 * guest's own table. Findings name earlier events by number only.
 */
export class CallIndex implements ReplayObserver {
  private readonly sources: Sources;
  private readonly strings: StringTable;
  private size = INITIAL;
  private count = 0;
  private event = new Float64Array(INITIAL);
  private time = new Float64Array(INITIAL);
  private place = new Float64Array(INITIAL);
  private source = new Uint16Array(INITIAL);
  private nr = new Int32Array(INITIAL);
  private cmd = new Int32Array(INITIAL);
  private comm = new Int32Array(INITIAL);
  /** Who did what in full, where somebody asks for it: thread, CPU and device. */
  private actor = new Int32Array(INITIAL * ACTOR_WORDS);
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
    const at = this.note(batch, row, number);
    if (call !== null && this.comm[at] < 0) this.comm[at] = call.comm;
    if (kind === EventKind.exit) {
      this.nr[at] = call === null ? batch.nr[row] : call.nr;
      this.cmd[at] = call === null ? batch.cmd[row] : call.cmd;
    }
    if (this.keepsActors) this.keepActor(at, batch, row, call === null ? -1 : call.pid);
  }

  passed(batch: EventBatch, first: number, end: number, event: number): void {
    const { kind } = batch;
    for (let row = first; row < end; row++) {
      if (kind[row] === EventKind.enter) continue;
      const at = this.note(batch, row, event + row - first);
      const enter = kind[row] === EventKind.exit ? row - 1 : -1;
      if (enter >= 0) {
        if (this.comm[at] < 0) this.comm[at] = batch.comm[enter];
        this.nr[at] = batch.nr[enter];
        this.cmd[at] = batch.cmd[enter];
      }
      if (this.keepsActors) this.keepActor(at, batch, row, enter < 0 ? -1 : batch.pid[enter]);
    }
  }

  /** Notes what a row says; where it is a call's exit, what the call was is to be added. */
  private note(batch: EventBatch, row: number, number: number): number {
    if (this.count === this.size && this.size < CALLS_REMEMBERED) this.grow();
    const at = this.count++ & (this.size - 1);
    this.event[at] = number;
    this.time[at] = batch.time[row];
    this.place[at] = batch.place[row];
    this.source[at] = batch.source[row];
    this.comm[at] = batch.comm[row];
    this.nr[at] = batch.kind[row] === EventKind.dma ? DMA : GUEST_P2M;
    return at;
  }

  /** @param caller Thread of the call's enter; -1: not recorded, or no call. */
  private keepActor(at: number, batch: EventBatch, row: number, caller: number): void {
    const isDma = batch.kind[row] === EventKind.dma;
    if (isDma) this.dma.load(batch, row);
    const first = at * ACTOR_WORDS;
    this.actor[first] = batch.pid[row] < 0 ? caller : batch.pid[row];
    this.actor[first + 1] = batch.cpu[row];
    this.actor[first + 2] = isDma ? this.dma.dev : -1;
  }

  /** Who did what ended at an event; null where it is not remembered, or nobody asked for it. */
  actorAt(event: number): Omit<Actor, "domid"> | null {
    const at = this.keepsActors ? this.find(event) : -1;
    if (at < 0) return null;
    const [pid, cpu, dev] = this.actor.subarray(at * ACTOR_WORDS, (at + 1) * ACTOR_WORDS);
    return { pid, cpu, comm: this.strings.get(this.comm[at]), device: this.strings.get(dev) };
  }

  /** What happened at an event, as a note; null where it is not remembered. */
  describe(event: number): Note | null {
    const at = this.find(event);
    if (at < 0) return null;
    const task = this.strings.get(this.comm[at]);
    const by = task === "" ? "" : ` by ${task}`;
    const time = Number.isNaN(this.time[at]) ? "" : ` at ${this.time[at].toFixed(6)} s`;
    return { message: `${this.nameAt(at)}${by}${time}`, event, location: this.locationAt(at) };
  }

  /** Hypercall and sub-op of the call that ended at an event; null where it is not remembered or was no call. */
  callAt(event: number): { readonly nr: number; readonly cmd: number } | null {
    const at = this.find(event);
    return at < 0 || this.nr[at] < 0 ? null : { nr: this.nr[at], cmd: this.cmd[at] };
  }

  /** What an event was ("map_grant_ref", "DMA") and the task that did it; null where it is not remembered. */
  actAt(event: number): { readonly name: string; readonly isCall: boolean; readonly task: string } | null {
    const at = this.find(event);
    if (at < 0) return null;
    return { name: this.nameAt(at), isCall: this.nr[at] >= 0, task: this.strings.get(this.comm[at]) };
  }

  private nameAt(at: number): string {
    if (this.nr[at] === GUEST_P2M) return "an entry of the guest's own table";
    if (this.nr[at] === DMA) return "DMA";
    return callName(this.nr[at], this.cmd[at]);
  }

  private locationAt(at: number): Location | null {
    const source = this.sources[this.source[at]];
    return source === undefined ? null : { path: source.path, place: this.place[at], unit: source.placeUnit };
  }

  /** Index in the columns, by binary search over the ring; -1 where the event is not there. */
  private find(event: number): number {
    let low = Math.max(0, this.count - this.size);
    let high = this.count;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.event[middle & (this.size - 1)] < event) low = middle + 1;
      else high = middle;
    }
    const at = low & (this.size - 1);
    return low < this.count && this.event[at] === event ? at : -1;
  }

  private grow(): void {
    const size = this.size * 2;
    this.event = grown(this.event, new Float64Array(size));
    this.time = grown(this.time, new Float64Array(size));
    this.place = grown(this.place, new Float64Array(size));
    this.source = grown(this.source, new Uint16Array(size));
    this.nr = grown(this.nr, new Int32Array(size));
    this.cmd = grown(this.cmd, new Int32Array(size));
    this.comm = grown(this.comm, new Int32Array(size));
    if (this.keepsActors) this.actor = grown(this.actor, new Int32Array(size * ACTOR_WORDS));
    this.size = size;
  }
}

/** "decrease_reservation", "memory_op sub-op 40", "hypercall 7". */
export function callName(nr: number, cmd: number): string {
  const subOp = subOpOf(nr, cmd);
  if (subOp !== undefined) return subOp.name;
  const hypercall = hypercallOf(nr);
  if (hypercall === undefined) return nr < 0 ? "a call" : `hypercall ${nr}`;
  return hypercall.subOps.length === 0 ? hypercall.name : `${hypercall.name} sub-op ${cmd}`;
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
