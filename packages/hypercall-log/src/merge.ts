import { EventBatch } from "./event-batch.ts";
import { EventKind } from "./event-kind.ts";
import { MERGE_BATCH_EVENTS } from "./limits.ts";
import { ClockBounds, type ClockDifference } from "./merge-clock.ts";
import { emitHalf } from "./merge-half.ts";
import { CallMatcher } from "./merge-match.ts";
import { type MergeCall, type MergeGroup, MergeWindow } from "./merge-window.ts";
import type { LogSource } from "./open-log.ts";

export interface MergeOptions {
  /** Seconds by which a log's clock is ahead of the first log's, by index of the log. */
  readonly skew?: ReadonlyMap<number, number>;
}

/** Several logs of one run as one. */
export interface MergedLogs {
  /** The merged events; EventBatch.source is the index of the log. */
  batches(): AsyncGenerator<EventBatch>;
  /** What is known of the clocks so far, one entry for each log but the first. */
  clocks(): ClockDifference[];
}

/**
 * Merges logs of one run. Each log keeps its own order; a call that several logs hold (same hypercall, thread and
 * arguments, in the same sequence) is one call with the members of all of them, and holds the logs together: what
 * lies between two calls stays between that log's own copies of them. Clocks place the rest. Memory is bounded by
 * windows, whatever the logs' length.
 */
export function mergeLogs(sources: readonly LogSource[], options: MergeOptions = {}): MergedLogs {
  const merger = new Merger(sources, options);
  return { batches: () => merger.batches(), clocks: () => merger.clocks() };
}

class Merger {
  private readonly windows: MergeWindow[];
  private readonly matchers: CallMatcher[] = [];
  private readonly bounds: ClockBounds[];
  private readonly sources: readonly LogSource[];
  private readonly options: MergeOptions;
  private groups = 0;

  constructor(sources: readonly LogSource[], options: MergeOptions) {
    this.sources = sources;
    this.options = options;
    this.windows = sources.map((source, log) => new MergeWindow(log, source, (call) => this.newGroup(call)));
    this.bounds = sources.map(() => new ClockBounds());
    for (let second = 1; second < sources.length; second++) {
      for (let first = 0; first < second; first++) {
        const matcher = new CallMatcher(this.windows[first], this.windows[second], (a, b) => this.join(a, b));
        this.matchers.push(matcher);
      }
    }
  }

  async *batches(): AsyncGenerator<EventBatch> {
    const out = new EventBatch();
    for (;;) {
      for (const window of this.windows) await window.fill();
      for (const matcher of this.matchers) matcher.match();
      // With full windows half of one may be passed on; with all logs read to their end, all of it.
      const ended = this.windows.every((window) => window.ended);
      const rows = ended ? Number.POSITIVE_INFINITY : this.safeRows();
      let passed = 0;
      while (passed < rows && this.step(out)) {
        passed++;
        if (out.length >= MERGE_BATCH_EVENTS) {
          yield out;
          out.clear();
        }
      }
      if (out.length > 0) {
        yield out;
        out.clear();
      }
      if (ended) return;
      this.dropOldCalls();
    }
  }

  clocks(): ClockDifference[] {
    return this.sources.slice(1).map((source, index) => {
      const log = index + 1;
      const bounds = this.bounds[log].bounds();
      const given = this.options.skew?.get(log);
      const shared = this.matchers
        .filter((matcher) => matcher.second.log === log && matcher.first.log === 0)
        .reduce((sum, matcher) => sum + matcher.shared, 0);
      return {
        path: source.path,
        shared,
        seconds: this.offset(log),
        given: given !== undefined,
        low: bounds?.low ?? null,
        high: bounds?.high ?? null,
      };
    });
  }

  /** Passes on the next event; false where there is none. */
  private step(out: EventBatch): boolean {
    let best: MergeWindow | undefined;
    let bestTime = Number.POSITIVE_INFINITY;
    let blocked: MergeWindow | undefined;
    for (const window of this.windows) {
      this.skipDone(window);
      if (window.waiting === 0) continue;
      if (this.isBlocked(window)) {
        blocked ??= window;
        continue;
      }
      const time = window.events.time[window.at(window.head)] - this.offset(window.log);
      // Without a time the log's own order is all there is: such an event goes at once.
      const key = Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
      if (best === undefined || key < bestTime) {
        best = window;
        bestTime = key;
      }
    }
    // Logs that disagree on the order of two calls: the log named first decides.
    const window = best ?? blocked;
    if (window === undefined) return false;
    this.pass(out, window);
    return true;
  }

  private pass(out: EventBatch, window: MergeWindow): void {
    const row = window.head++;
    const call = window.callAt(row);
    if (call === undefined) {
      const to = out.append(window.events, window.at(row));
      out.source[to] = window.log;
      return;
    }
    const enter = window.events.kind[window.at(row)] === EventKind.enter;
    const before = out.length;
    emitHalf(out, call.group, this.windows, enter);
    if (out.length > before) out.source[before] = firstHolder(call.group, enter);
    if (enter) call.group.enterDone = true;
    else call.group.exitDone = true;
  }

  /** Moves past halves that another log's copy has already passed on. */
  private skipDone(window: MergeWindow): void {
    while (window.waiting > 0) {
      const call = window.callAt(window.head);
      if (call === undefined) return;
      const enter = window.events.kind[window.at(window.head)] === EventKind.enter;
      if (!(enter ? call.group.enterDone : call.group.exitDone)) return;
      window.head++;
    }
  }

  /** A half that other logs hold too waits until it is the next event of each of them. */
  private isBlocked(window: MergeWindow): boolean {
    const call = window.callAt(window.head);
    if (call === undefined) return false;
    const enter = window.events.kind[window.at(window.head)] === EventKind.enter;
    for (const member of call.group.members) {
      if (member === undefined || member.log === window.log) continue;
      const row = enter ? member.enter : member.exit;
      if (row >= 0 && row !== this.windows[member.log].head) {
        this.skipDone(this.windows[member.log]);
        if (row > this.windows[member.log].head) return true;
      }
    }
    return false;
  }

  /** Rows that may be passed on while the rest of the windows still serves for matching. */
  private safeRows(): number {
    const waiting = this.windows.filter((window) => !window.ended).map((window) => window.waiting);
    return Math.max(1, Math.floor(Math.min(...waiting) / 2));
  }

  private offset(log: number): number {
    if (log === 0) return 0;
    return this.options.skew?.get(log) ?? this.bounds[log].middle;
  }

  private newGroup(call: MergeCall): MergeGroup {
    const members: (MergeCall | undefined)[] = [];
    members[call.log] = call;
    return { id: this.groups++, members, enterDone: false, exitDone: false };
  }

  /** Two calls are one. */
  private join(first: MergeCall, second: MergeCall): void {
    const group = first.group;
    for (const member of second.group.members) {
      if (member === undefined || group.members[member.log] !== undefined) continue;
      group.members[member.log] = member;
      member.group = group;
    }
    const reference = group.members[0];
    if (reference === undefined || second.log === 0) return;
    const base = this.windows[0].events;
    const other = this.windows[second.log].events;
    const bounds = this.bounds[second.log];
    bounds.entry(
      other.time[this.windows[second.log].at(second.enter)] - base.time[this.windows[0].at(reference.enter)],
    );
    if (second.exit < 0 || reference.exit < 0) return;
    bounds.return(
      other.time[this.windows[second.log].at(second.exit)] - base.time[this.windows[0].at(reference.exit)],
    );
  }

  /** Calls whose rows were passed on serve no matching any more. */
  private dropOldCalls(): void {
    for (const window of this.windows) {
      let count = 0;
      while (count < window.calls.length && window.calls[count].enter < window.head) count++;
      if (count === 0) continue;
      window.calls.splice(0, count);
      for (const matcher of this.matchers) {
        matcher.trim({
          first: matcher.first === window ? count : 0,
          second: matcher.second === window ? count : 0,
        });
      }
    }
  }
}

/** Index of the first log that holds a half. */
function firstHolder(group: MergeGroup, enter: boolean): number {
  for (const member of group.members) {
    if (member !== undefined && (enter ? member.enter : member.exit) >= 0) return member.log;
  }
  return 0;
}
