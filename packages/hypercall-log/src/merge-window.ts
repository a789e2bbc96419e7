import { EventBatch } from "./event-batch.ts";
import { EventKind } from "./event-kind.ts";
import { MERGE_WINDOW_EVENTS, MERGE_WINDOW_WORDS } from "./limits.ts";
import type { LogSource } from "./open-log.ts";

/** One call of one log, as the merge knows it. */
export interface MergeCall {
  /** Index of the log. */
  readonly log: number;
  /** The log's own call number; NaN where it has none. */
  readonly id: number;
  /** Rows of the halves in the log's window, by absolute number; -1: not seen (yet). */
  enter: number;
  exit: number;
  /** The call that it is in the merged log; shared by the logs that hold it. */
  group: MergeGroup;
  readonly nr: number;
  readonly cmd: number;
  readonly pid: number;
}

/** One call of the merged log. */
export interface MergeGroup {
  /** Call number in the merged log. */
  readonly id: number;
  /** The call in each log, by log; undefined: that log does not hold it. */
  readonly members: (MergeCall | undefined)[];
  /** Halves that were already passed on. */
  enterDone: boolean;
  exitDone: boolean;
}

/** Events of one log that were read and not passed on yet. Rows are numbered from the log's beginning. */
export class MergeWindow {
  readonly log: number;
  readonly events = new EventBatch();
  /** Number of the first row held. */
  base = 0;
  /** Number of the next row to be passed on. */
  head = 0;
  ended = false;
  /** Calls in the order of their enters, those before `matchedUpTo` are matched against the other logs. */
  readonly calls: MergeCall[] = [];
  private readonly byId = new Map<number, MergeCall>();
  private readonly callOfRow: (MergeCall | undefined)[] = [];
  private readonly batches: AsyncIterator<EventBatch>;
  private readonly newGroup: (call: MergeCall) => MergeGroup;

  constructor(log: number, source: LogSource, newGroup: (call: MergeCall) => MergeGroup) {
    this.log = log;
    this.batches = source.batches()[Symbol.asyncIterator]();
    this.newGroup = newGroup;
  }

  /** Rows held and not passed on. */
  get waiting(): number {
    return this.base + this.events.length - this.head;
  }

  /** Reads until the window is full or the log has ended. */
  async fill(): Promise<void> {
    if (this.head - this.base > MERGE_WINDOW_EVENTS / 2) this.compact();
    while (!this.ended && this.waiting < MERGE_WINDOW_EVENTS && this.events.wordsUsed < MERGE_WINDOW_WORDS) {
      const next = await this.batches.next();
      if (next.done === true) {
        this.ended = true;
        return;
      }
      for (let row = 0; row < next.value.length; row++) this.take(next.value, row);
    }
  }

  /** Index of a row in `events`. */
  at(row: number): number {
    return row - this.base;
  }

  /** The call that a row is a half of; undefined for other events. */
  callAt(row: number): MergeCall | undefined {
    return this.callOfRow[row - this.base];
  }

  private take(batch: EventBatch, row: number): void {
    const to = this.events.append(batch, row);
    const number = this.base + to;
    this.callOfRow[to] = undefined;
    const kind = batch.kind[row];
    if (kind === EventKind.enter) this.callOfRow[to] = this.open(batch, row, number);
    else if (kind === EventKind.exit) {
      const call = this.byId.get(batch.call[row]) ?? this.open(batch, row, -1);
      this.byId.delete(batch.call[row]);
      call.exit = number;
      this.callOfRow[to] = call;
    }
  }

  private open(batch: EventBatch, row: number, enter: number): MergeCall {
    const id = batch.call[row];
    const call: { -readonly [key in keyof MergeCall]: MergeCall[key] } = {
      log: this.log,
      id,
      enter,
      exit: -1,
      group: undefined as unknown as MergeGroup,
      nr: batch.nr[row],
      cmd: batch.cmd[row],
      pid: batch.pid[row],
    };
    call.group = this.newGroup(call);
    if (enter >= 0) {
      this.calls.push(call);
      if (!Number.isNaN(id)) this.byId.set(id, call);
    }
    return call;
  }

  /** Drops the rows that were passed on. */
  private compact(): void {
    const kept = new EventBatch();
    const first = this.head - this.base;
    for (let row = first; row < this.events.length; row++) kept.append(this.events, row);
    this.events.clear();
    for (let row = 0; row < kept.length; row++) this.events.append(kept, row);
    this.callOfRow.splice(0, first);
    this.base = this.head;
  }
}
