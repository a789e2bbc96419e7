import { argumentShapeOf } from "../events/argument-shape.ts";
import { EventBatch } from "../events/event-batch.ts";
import { MERGE_BATCH_EVENTS } from "../limits.ts";
import type { ClockDifference } from "./merge-clock.ts";
import { CallMatcher } from "./merge-match.ts";
import { RepeatFinder } from "./merge-repeat.ts";
import { CallUnion, type HalfPlace } from "./merge-union.ts";
import { type MergeCall, MergeWindow, type Segment } from "./merge-window.ts";

/** Whether the head of a log can go into the merged log. */
const HeadState = {
  /** Yes; no other log has a copy, or the other copy was skipped before. */
  free: 0,
  /** Yes, together with the copy at the other log's head. */
  both: 1,
  /** The other log has its copy behind other events. */
  waits: 2,
  /** A return whose entry is not in the merged log yet. */
  noEnter: 3,
} as const;
type HeadState = (typeof HeadState)[keyof typeof HeadState];

/** Decimals of a time that was put on another clock: nanoseconds, as far as a double can hold them. */
const TIME_DECIMALS = 1e9;
const EXACT_SECONDS = 4e6;

/**
 * Merges two logs. What both hold goes into the merged log where both have reached it, so each log keeps its own
 * order; the clocks only order what lies between two such calls.
 *
 * Calls of several CPUs may stand in contrary orders in two logs, of which one records around a call and one inside.
 * Then a shared call counts from the later of its two entries to the earlier of its two returns: that keeps every
 * order of a return before an entry, in both logs, and of a thread's own events.
 */
export class PairMerger {
  private readonly first: MergeWindow;
  private readonly second: MergeWindow;
  private readonly matcher: CallMatcher;
  private readonly repeats = new RepeatFinder();
  private readonly given: number | undefined;
  private readonly path: string;
  private readonly out = new EventBatch();
  private readonly union = new CallUnion(this.out);
  private ids = 0;

  /** `path`: the second log's; `given`: its clock minus the first's, as the user says it. */
  constructor(
    first: AsyncIterable<EventBatch>,
    second: AsyncIterable<EventBatch>,
    path: string,
    given: number | undefined,
  ) {
    const nextId = () => ++this.ids;
    this.first = new MergeWindow(first, nextId);
    this.second = new MergeWindow(second, nextId);
    this.matcher = new CallMatcher(this.first, this.second, given);
    this.path = path;
    this.given = given;
  }

  /** The merged events. The batch is the same one each time and only good until the next is asked for. */
  async *batches(): AsyncGenerator<EventBatch> {
    const { out } = this;
    try {
      for (;;) {
        await this.first.fill();
        await this.second.fill();
        this.matcher.refilled();
        while (this.first.isFilled && this.second.isFilled && this.step()) {
          if (out.length < MERGE_BATCH_EVENTS) continue;
          yield out;
          out.clear();
        }
        if (this.first.ended && this.second.ended && this.first.isEmpty && this.second.isEmpty) break;
      }
      if (out.length > 0) yield out;
    } finally {
      await this.first.close();
      await this.second.close();
    }
  }

  clock(): ClockDifference {
    const { clock, shared } = this.matcher;
    const bounds = clock.bounds;
    return {
      path: this.path,
      shared,
      seconds: this.given ?? (bounds === null ? 0 : clock.overall),
      given: this.given !== undefined,
      low: bounds?.low ?? null,
      high: bounds?.high ?? null,
    };
  }

  /** Seconds to take off the second log's times now. */
  private get offset(): number {
    const offset = this.given ?? this.matcher.difference;
    return Number.isNaN(offset) ? 0 : offset;
  }

  /** Puts one event into the merged log, or skips one copy; false where both windows are empty. */
  private step(): boolean {
    skipDone(this.first);
    skipDone(this.second);
    if (this.first.isEmpty && this.second.isEmpty) return false;
    const [one, other] = this.inTime();
    const state = this.stateOf(one, other);
    if (state === HeadState.free || state === HeadState.both) {
      this.appendHead(one);
      return true;
    }
    const otherState = this.stateOf(other, one);
    if (otherState === HeadState.free) this.appendHead(other);
    else this.settleContraryOrder(one, state, other, otherState);
    return true;
  }

  /** The window whose head is earlier, and the other one. An event without a time goes at once. */
  private inTime(): readonly [MergeWindow, MergeWindow] {
    const { first, second } = this;
    if (second.isEmpty) return [first, second];
    if (first.isEmpty) return [second, first];
    const mine = timeAtHead(first);
    const theirs = timeAtHead(second) - this.offset;
    return theirs < mine || (Number.isNaN(theirs) && !Number.isNaN(mine)) ? [second, first] : [first, second];
  }

  private stateOf(log: MergeWindow, other: MergeWindow): HeadState {
    if (log.isEmpty) return HeadState.waits;
    const call = callAtHead(log);
    if (call === undefined) return HeadState.free;
    const isEnter = call.enter === log.head;
    if (isEnter && !call.decided) this.matcher.decide(call);
    if (!isEnter && call.enter >= 0 && !call.enterDone) return HeadState.noEnter;
    const { copy } = call;
    if (copy === null) return HeadState.free;
    const row = isEnter ? copy.enter : copy.exit;
    if (row === other.head && !other.isEmpty) return HeadState.both;
    return row > other.head ? HeadState.waits : HeadState.free;
  }

  /**
   * Each log has its copy of the other's head behind other events: they disagree on the order of two calls. A return
   * goes into the merged log now: the other log saw it later. An entry is skipped until the other log's copy comes.
   * Where even that does not help, two different calls were taken for one.
   */
  private settleContraryOrder(
    one: MergeWindow,
    state: HeadState,
    other: MergeWindow,
    otherState: HeadState,
  ): void {
    const waiting: MergeWindow[] = [];
    if (state === HeadState.waits && !one.isEmpty) waiting.push(one);
    if (otherState === HeadState.waits && !other.isEmpty) waiting.push(other);
    for (const log of waiting) {
      if (callAtHead(log)?.enter !== log.head) {
        this.appendHead(log);
        return;
      }
    }
    for (const log of waiting) {
      const entered = callAtHead(log)?.enterIn ?? null;
      if (entered === null) continue;
      entered.stillNeeded++;
      log.head++;
      return;
    }
    const call = callAtHead(one.isEmpty ? other : one);
    if (call !== undefined) this.separate(call);
  }

  /** Takes two calls apart again that were taken for one; the first one's entry was skipped. */
  private separate(call: MergeCall): void {
    const { copy } = call;
    if (copy !== null) {
      copy.copy = null;
      copy.id = ++this.ids;
      call.copy = null;
    }
    this.append(call, true);
  }

  /** Puts a log's head into the merged log; a half of a shared call gets the other copy's members too. */
  private appendHead(log: MergeWindow): void {
    const { segment } = log;
    const index = log.head - segment.base;
    const call = segment.calls[index];
    if (call === undefined) this.appendOther(log, index);
    else {
      this.append(call, call.enter === log.head);
    }
    log.head++;
  }

  /** Appends an event that is no half of a call, unless the other log has said it before. */
  private appendOther(log: MergeWindow, index: number): void {
    const { batch } = log.segment;
    const isSecond = log === this.second;
    const time = isSecond ? this.shifted(batch.time[index]) : batch.time[index];
    if (this.repeats.isRepeat(batch, index, isSecond ? 1 : 0, time)) return;
    this.out.time[this.out.append(batch, index)] = time;
  }

  private append(call: MergeCall, isEnter: boolean): void {
    const { out } = this;
    const { copy } = call;
    const [first, second] = call.log === this.first ? [call, copy] : [copy, call];
    const one = placeOf(first, isEnter);
    const two = placeOf(second, isEnter);
    const time = two === null ? Number.NaN : this.shifted(two.batch.time[two.index]);
    let to: number;
    if (one !== null && two !== null) {
      to = this.union.append(one, two, time, argumentShapeOf(call.nr, call.cmd));
    } else if (one !== null) to = out.append(one.batch, one.index);
    else if (two !== null) {
      to = out.append(two.batch, two.index);
      out.time[to] = time;
    } else return;
    out.call[to] = call.id;
    if (out.nr[to] < 0) out.nr[to] = call.nr;
    if (out.cmd[to] < 0) out.cmd[to] = call.cmd;
    const parent = call.parent ?? copy?.parent ?? null;
    out.multicall[to] = parent === null ? Number.NaN : parent.id;
    setDone(call, isEnter);
    if (copy !== null) setDone(copy, isEnter);
  }

  /** A time of the second log by the first one's clock. */
  private shifted(time: number): number {
    const { offset } = this;
    if (offset === 0) return time;
    const moved = time - offset;
    return Math.abs(moved) < EXACT_SECONDS ? Math.round(moved * TIME_DECIMALS) / TIME_DECIMALS : moved;
  }
}

function callAtHead(log: MergeWindow): MergeCall | undefined {
  const { segment } = log;
  return segment.calls[log.head - segment.base];
}

function timeAtHead(log: MergeWindow): number {
  const { segment } = log;
  return segment.batch.time[log.head - segment.base];
}

/** Moves past halves that are in the merged log already. */
function skipDone(log: MergeWindow): void {
  while (!log.isEmpty) {
    const call = callAtHead(log);
    if (call === undefined || !(call.enter === log.head ? call.enterDone : call.exitDone)) return;
    log.head++;
  }
}

function placeOf(call: MergeCall | null, isEnter: boolean): HalfPlace | null {
  const segment: Segment | null | undefined = isEnter ? call?.enterIn : call?.exitIn;
  if (call === null || segment === null || segment === undefined) return null;
  return { batch: segment.batch, index: (isEnter ? call.enter : call.exit) - segment.base };
}

/** Marks a half as done: where its entry was skipped, the segment that holds it is no longer needed for it. */
function setDone(call: MergeCall, isEnter: boolean): void {
  if (!isEnter) {
    call.exitDone = true;
    return;
  }
  if (call.enterIn !== null && call.log.head > call.enter && !call.enterDone) call.enterIn.stillNeeded--;
  call.enterDone = true;
}
