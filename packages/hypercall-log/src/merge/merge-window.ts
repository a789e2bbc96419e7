import { EventBatch } from "../events/event-batch.ts";
import { EventKind } from "../events/event-kind.ts";
import {
  CALLS_UNDER_WAY_MAX,
  MERGE_SEGMENT_EVENTS,
  MERGE_WINDOW_EVENTS,
  MERGE_WINDOW_WORDS,
} from "../limits.ts";

/** One call of one log, as the merge knows it. Rows are numbered from the log's beginning; -1: not met (yet). */
export interface MergeCall {
  readonly log: MergeWindow;
  /** Number in the merged log; both copies of a shared call have the same. */
  id: number;
  enter: number;
  exit: number;
  enterIn: Segment | null;
  exitIn: Segment | null;
  readonly nr: number;
  readonly cmd: number;
  readonly pid: number;
  /** Of the enter; NaN where not recorded. */
  readonly time: number;
  /** Of the exit, likewise. */
  exitTime: number;
  /** The multicall that it is an entry of. */
  readonly parent: MergeCall | null;
  /** The copy in the other log. */
  copy: MergeCall | null;
  /** It is known whether the other log has a copy. */
  decided: boolean;
  /** Halves that are in the merged log. */
  enterDone: boolean;
  exitDone: boolean;
}

/** A run of a log's rows. */
export interface Segment {
  readonly batch: EventBatch;
  /** Number of its first row. */
  base: number;
  /** The call that a row is a half of. */
  readonly calls: (MergeCall | undefined)[];
  /** Entries of calls in it that were skipped: the merged log gets them when the other log's copy comes. */
  stillNeeded: number;
}

/** Calls of one thread whose copies in the other log are not known yet, in order. */
export class CallQueue {
  private calls: MergeCall[] = [];
  private first = 0;

  push(call: MergeCall): void {
    this.calls.push(call);
  }

  /** Number of calls; those decided at the front are dropped. */
  get size(): number {
    while (this.first < this.calls.length && this.calls[this.first].decided) this.first++;
    if (this.first > 64 && 2 * this.first > this.calls.length) {
      this.calls = this.calls.slice(this.first);
      this.first = 0;
    }
    return this.calls.length - this.first;
  }

  /** Call `index` after `size` was asked for. */
  at(index: number): MergeCall {
    return this.calls[this.first + index];
  }
}

/** Events of one log that were read and are not in the merged log yet: bounded, whatever the log's length. */
export class MergeWindow {
  /** Number of the next row. */
  head = 0;
  ended = false;
  /** Some call of this log does not say its thread: sequences of threads cannot be told apart. */
  threadless = false;
  private readonly batches: AsyncIterator<EventBatch>;
  private readonly nextId: () => number;
  private segments: Segment[] = [];
  private readonly spare: EventBatch[] = [];
  /** Segment of the head, as index into `segments`. */
  private current = 0;
  private end = 0;
  private words = 0;
  private readonly underWay = new Map<number, MergeCall>();
  private readonly byThread = new Map<number, CallQueue>();
  private readonly all = new CallQueue();

  constructor(batches: AsyncIterable<EventBatch>, nextId: () => number) {
    this.batches = batches[Symbol.asyncIterator]();
    this.nextId = nextId;
  }

  get isEmpty(): boolean {
    return this.head === this.end;
  }

  /** Enough is held to look ahead, or all there is. */
  get isFilled(): boolean {
    return (
      this.ended || this.end - this.head >= MERGE_WINDOW_EVENTS / 2 || this.words >= MERGE_WINDOW_WORDS / 2
    );
  }

  /** Reads until the window is full or the log has ended. */
  async fill(): Promise<void> {
    this.release();
    while (!this.ended && this.end - this.head < MERGE_WINDOW_EVENTS && this.words < MERGE_WINDOW_WORDS) {
      const next = await this.batches.next();
      if (next.done === true) this.ended = true;
      else this.take(next.value);
    }
  }

  /** Gives the log back before its end. */
  async close(): Promise<void> {
    this.ended = true;
    await this.batches.return?.();
  }

  /** The segment of the head; the window must not be empty. */
  get segment(): Segment {
    let segment = this.segments[this.current];
    while (this.head >= segment.base + segment.batch.length) segment = this.segments[++this.current];
    return segment;
  }

  /** Calls that a copy of this call may be among. */
  queueOf(call: MergeCall, byThread: boolean): CallQueue {
    if (!byThread) return this.all;
    let queue = this.byThread.get(call.pid);
    if (queue === undefined) {
      queue = new CallQueue();
      this.byThread.set(call.pid, queue);
    }
    return queue;
  }

  /** Up to `most` undecided calls. */
  firstCalls(most: number): MergeCall[] {
    return Array.from({ length: Math.min(most, this.all.size) }, (_, index) => this.all.at(index));
  }

  private take(batch: EventBatch): void {
    let segment = this.segments[this.segments.length - 1];
    if (segment === undefined || segment.batch.length >= MERGE_SEGMENT_EVENTS) {
      segment = { batch: this.spare.pop() ?? new EventBatch(), base: this.end, calls: [], stillNeeded: 0 };
      this.segments.push(segment);
    }
    const first = segment.batch.length;
    const before = segment.batch.wordsUsed;
    segment.batch.appendAll(batch);
    this.words += segment.batch.wordsUsed - before;
    this.end += batch.length;
    for (let index = first; index < segment.batch.length; index++) {
      const kind = segment.batch.kind[index];
      if (kind === EventKind.enter) this.takeEnter(segment, index);
      else if (kind === EventKind.exit) this.takeExit(segment, index);
    }
  }

  private takeEnter(segment: Segment, index: number): void {
    const call = this.callOf(segment, index);
    call.enter = segment.base + index;
    call.enterIn = segment;
    segment.calls[index] = call;
    this.threadless ||= call.pid < 0;
    this.queueOf(call, true).push(call);
    this.all.push(call);
    const number = segment.batch.call[index];
    if (Number.isNaN(number)) return;
    if (this.underWay.size >= CALLS_UNDER_WAY_MAX) this.underWay.clear();
    this.underWay.set(number, call);
  }

  /** An exit without its enter is a call of its own. */
  private takeExit(segment: Segment, index: number): void {
    const number = segment.batch.call[index];
    const call = this.underWay.get(number) ?? this.callOf(segment, index);
    this.underWay.delete(number);
    call.exit = segment.base + index;
    call.exitIn = segment;
    call.exitTime = segment.batch.time[index];
    segment.calls[index] = call;
  }

  private callOf({ batch }: Segment, index: number): MergeCall {
    const parent = batch.multicall[index];
    return {
      log: this,
      id: this.nextId(),
      enter: -1,
      exit: -1,
      enterIn: null,
      exitIn: null,
      nr: batch.nr[index],
      cmd: batch.cmd[index],
      pid: batch.pid[index],
      time: batch.time[index],
      exitTime: Number.NaN,
      parent: Number.isNaN(parent) ? null : (this.underWay.get(parent) ?? null),
      copy: null,
      decided: false,
      enterDone: false,
      exitDone: false,
    };
  }

  /** Takes the memory of segments that lie behind. */
  private release(): void {
    let gone = 0;
    for (const { base, batch, calls, stillNeeded } of this.segments) {
      if (base + batch.length > this.head || stillNeeded > 0) break;
      this.words -= batch.wordsUsed;
      // Calls know their segments and their copies: else each segment would keep all before it.
      calls.length = 0;
      batch.clear();
      this.spare.push(batch);
      gone++;
    }
    // Asking for the size drops what is decided.
    if (this.all.size < 0 || gone === 0) return;
    this.segments = this.segments.slice(gone);
    this.current = Math.max(0, this.current - gone);
    if (this.byThread.size >= CALLS_UNDER_WAY_MAX) {
      for (const [pid, queue] of this.byThread) if (queue.size === 0) this.byThread.delete(pid);
    }
  }
}
