import {
  MERGE_ALIGN_CALLS,
  MERGE_DOUBTS,
  MERGE_LOOKAHEAD_CALLS,
  MERGE_MATCH_SECONDS,
  MERGE_VOTES,
} from "../limits.ts";
import { CallAgreement } from "./merge-agreement.ts";
import { type CallDifference, ClockBounds, differenceOf } from "./merge-clock.ts";
import type { CallQueue, MergeCall, MergeWindow } from "./merge-window.ts";

/** Clock differences that are taken for one while it is put to the vote, in seconds. */
const VOTE_SECONDS = 0.001;
/** Deviation from the clocks' difference that counts nearly as much as a call that one log lacks, in seconds. */
const DEVIATION_SECONDS = 0.002;
const DEVIATION_COST = 0.9;
/** How wrong the user's difference of the clocks may be, in seconds. */
const GIVEN_SECONDS = 1;
/** How wrong the measured difference of the clocks may be where two calls are told apart by it, in seconds. */
const OVERLAP_SECONDS = 0.001;
/** Deviation at which two calls are taken for one without a look at the calls after them, as a cost. */
const CLOSE_COST = 0.45;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * Tells which calls of two logs are one. Each thread's calls are in the same sequence in both, but each log may lack
 * some; among like calls the times decide, where both logs have times.
 */
export class CallMatcher {
  readonly clock = new ClockBounds();
  /** Calls found in both logs. */
  shared = 0;
  private readonly agreement = new CallAgreement();
  private readonly first: MergeWindow;
  private readonly second: MergeWindow;
  private readonly given: number | undefined;
  private voted = Number.NaN;
  /** Calls in a row for which only another clock difference would give a copy. */
  private doubts = 0;
  /** Searches far back since the last shared call. */
  private distantSearches = 0;
  private readonly costs = new Float64Array((MERGE_ALIGN_CALLS + 1) ** 2);
  private readonly rest = new Float64Array((MERGE_ALIGN_CALLS + 1) ** 2);

  /** `given`: the clocks' difference (second minus first) as the user says it. */
  constructor(first: MergeWindow, second: MergeWindow, given: number | undefined) {
    this.first = first;
    this.second = second;
    this.given = given;
  }

  /** The windows hold new events. */
  refilled(): void {
    if (Number.isNaN(this.clock.current) && Number.isNaN(this.voted)) this.vote();
  }

  /** Finds the copy of a call, the first undecided one of its thread, in the other log. */
  decide(call: MergeCall): void {
    const other = call.log === this.first ? this.second : this.first;
    const byThread = !this.first.threadless && !this.second.threadless;
    const mine = call.log.queueOf(call, byThread);
    const theirs = other.queueOf(call, byThread);
    if (mine.size === 0 || theirs.size === 0) {
      call.decided = true;
      return;
    }
    const index = this.copyOf(mine, theirs);
    call.decided = true;
    this.noteDoubt(call, theirs, index);
    if (index < 0) return;
    const copy = theirs.at(index);
    for (let skipped = 0; skipped < index; skipped++) theirs.at(skipped).decided = true;
    this.join(call, copy);
  }

  /** Second clock minus first, as far as it is known, else NaN. */
  get difference(): number {
    const measured = this.clock.current;
    if (!Number.isNaN(measured)) return measured;
    return Number.isNaN(this.voted) ? (this.given ?? Number.NaN) : this.voted;
  }

  private join(call: MergeCall, copy: MergeCall): void {
    const [first, second] = call.log === this.first ? [call, copy] : [copy, call];
    copy.decided = true;
    first.copy = second;
    second.copy = first;
    second.id = first.id;
    this.shared++;
    this.distantSearches = 0;
    this.clock.add({ entry: second.time - first.time, exit: second.exitTime - first.exitTime });
  }

  /** Index in `theirs` of the copy of `mine`'s first call; -1: none. */
  private copyOf(mine: CallQueue, theirs: CallQueue): number {
    const call = mine.at(0);
    let from = 0;
    while (from < theirs.size && this.isBefore(theirs.at(from), call)) from++;
    const rows = Math.min(mine.size, MERGE_ALIGN_CALLS);
    const columns = Math.min(theirs.size - from, MERGE_ALIGN_CALLS);
    if (columns === 0) return -1;
    const cost = this.cost(call, theirs.at(from));
    if (cost <= CLOSE_COST) {
      const later = columns > 1 ? this.cost(call, theirs.at(from + 1)) : NEVER;
      const earlier = rows > 1 ? this.cost(mine.at(1), theirs.at(from)) : NEVER;
      if (later >= cost && earlier >= cost) return from;
    }
    const index = this.align(mine, theirs, from, rows, columns);
    return index < 0 && Number.isNaN(call.time) ? this.distantCopy(mine, theirs) : index;
  }

  /** Without times a log that began much later has its copies far back: two calls in a row tell them. */
  private distantCopy(mine: CallQueue, theirs: CallQueue): number {
    const last = Math.min(theirs.size, MERGE_LOOKAHEAD_CALLS) - 1;
    // Logs that share nothing are not searched for ever.
    if (mine.size < 2 || this.distantSearches >= MERGE_LOOKAHEAD_CALLS) return -1;
    this.distantSearches++;
    for (let index = MERGE_ALIGN_CALLS; index < last; index++) {
      if (!this.agreement.mayBeOne(mine.at(0), theirs.at(index))) continue;
      if (this.agreement.mayBeOne(mine.at(1), theirs.at(index + 1))) return index;
    }
    return -1;
  }

  /** Cheapest alignment of two sequences: a call that one of them lacks costs 1, a deviation of the times less. */
  private align(mine: CallQueue, theirs: CallQueue, from: number, rows: number, columns: number): number {
    const { costs, rest } = this;
    const width = columns + 1;
    for (let column = 0; column <= columns; column++) rest[rows * width + column] = columns - column;
    for (let row = rows - 1; row >= 0; row--) {
      rest[row * width + columns] = rows - row;
      for (let column = columns - 1; column >= 0; column--) {
        const at = row * width + column;
        const cost = this.cost(mine.at(row), theirs.at(from + column));
        costs[at] = cost;
        rest[at] = Math.min(cost + rest[at + width + 1], 1 + Math.min(rest[at + width], rest[at + 1]));
      }
    }
    for (let column = 0; column < columns; column++) {
      if (costs[column] + rest[width + column + 1] <= rest[column]) return from + column;
      if (1 + rest[width + column] <= rest[column]) return -1;
    }
    return -1;
  }

  /** What it costs to take two calls for one; NEVER: they are not. */
  private cost(a: MergeCall, b: MergeCall): number {
    const deviation = Math.abs(this.deviation(a, b));
    if (deviation > MERGE_MATCH_SECONDS || this.areApart(a, b) || !this.agreement.mayBeOne(a, b))
      return NEVER;
    return Number.isNaN(deviation) ? 0 : DEVIATION_COST * Math.min(1, deviation / DEVIATION_SECONDS);
  }

  /** Copies of one call overlap in time: Xen was at work between both entries and both returns. */
  private areApart(a: MergeCall, b: MergeCall): boolean {
    const [first, second] = a.log === this.first ? [a, b] : [b, a];
    const { difference } = this;
    const slack = OVERLAP_SECONDS + this.clock.spread;
    return (
      second.time - difference - first.exitTime > slack || first.time - (second.exitTime - difference) > slack
    );
  }

  /** Whether a call is too early to be a copy of one of the other log. */
  private isBefore(candidate: MergeCall, call: MergeCall): boolean {
    const deviation = this.deviation(call, candidate);
    return candidate.log === this.second ? deviation < -MERGE_MATCH_SECONDS : deviation > MERGE_MATCH_SECONDS;
  }

  /** How far the times of two calls are from the clocks' difference; where that is not known, from a common clock. */
  private deviation(a: MergeCall, b: MergeCall): number {
    const difference = a.log === this.first ? b.time - a.time : a.time - b.time;
    const known = this.difference;
    return Number.isNaN(known) ? difference : difference - known;
  }

  /** Clocks may jump: where calls in a row have copies only at another difference, the difference is found anew. */
  private noteDoubt(call: MergeCall, theirs: CallQueue, index: number): void {
    if (index >= 0) {
      this.doubts = 0;
      return;
    }
    const last = Math.min(theirs.size, MERGE_ALIGN_CALLS);
    let like = 0;
    while (like < last && !this.agreement.mayBeOne(call, theirs.at(like))) like++;
    if (like === last || ++this.doubts < MERGE_DOUBTS) return;
    this.doubts = 0;
    this.vote();
    if (!Number.isNaN(this.voted)) this.clock.restart();
  }

  /** The clock difference that most pairs of like calls agree on. */
  private vote(): void {
    const pairs = this.pairsOfLikeCalls().sort((a, b) => a.entry - b.entry);
    let best = 0;
    let from = 0;
    this.voted = Number.NaN;
    for (let low = 0, high = 0; high < pairs.length; high++) {
      while (pairs[high].entry - pairs[low].entry > VOTE_SECONDS) low++;
      const votes = high - low + 1;
      if (votes < best || (votes === best && Math.abs(pairs[low].entry) >= Math.abs(pairs[from].entry)))
        continue;
      best = votes;
      from = low;
    }
    this.voted = differenceOf(pairs.slice(from, from + best));
  }

  private pairsOfLikeCalls(): CallDifference[] {
    const firsts = this.first.firstCalls(MERGE_LOOKAHEAD_CALLS);
    const seconds = this.second.firstCalls(MERGE_LOOKAHEAD_CALLS);
    const pairs: CallDifference[] = [];
    const put = (first: MergeCall, second: MergeCall) => {
      const entry = second.time - first.time;
      // What the user says is near the truth, but may be rounded.
      const isNear = this.given === undefined || Math.abs(entry - this.given) <= GIVEN_SECONDS;
      if (!Number.isNaN(entry) && isNear && this.agreement.mayBeOne(first, second)) {
        pairs.push({ entry, exit: second.exitTime - first.exitTime });
      }
    };
    // The first calls of the log that began later are somewhere in the other one.
    for (const second of seconds.slice(0, MERGE_VOTES)) for (const first of firsts) put(first, second);
    for (const first of firsts.slice(0, MERGE_VOTES)) {
      for (const second of seconds.slice(MERGE_VOTES)) put(first, second);
    }
    return pairs;
  }
}
