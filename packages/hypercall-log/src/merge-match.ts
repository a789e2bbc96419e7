import {
  type ArgumentShape,
  argumentShapeOf,
  ELEMENTS_AT,
  FIELDS_AT,
  type HalfShape,
  ROWS_AT,
} from "./argument-shape.ts";
import { Recorded } from "./event-kind.ts";
import { MERGE_LOOKAHEAD_CALLS, MERGE_MATCH_SECONDS, MERGE_VOTES } from "./limits.ts";
import type { MergeCall, MergeWindow } from "./merge-window.ts";

/** Width of the steps in which clock differences are put to the vote, in seconds. */
const VOTE_SECONDS = 0.02;

/** Finds the calls that a later log shares with an earlier one. One per pair of logs. */
export class CallMatcher {
  readonly first: MergeWindow;
  readonly second: MergeWindow;
  /** Next call of each log that may be matched. */
  private nextFirst = 0;
  private nextSecond = 0;
  /** Rough clock difference (second minus first), NaN where it is not known. */
  private offset = Number.NaN;
  private voted = false;
  /** Pairs found. */
  shared = 0;
  private readonly onPair: (first: MergeCall, second: MergeCall) => void;

  constructor(
    first: MergeWindow,
    second: MergeWindow,
    onPair: (first: MergeCall, second: MergeCall) => void,
  ) {
    this.first = first;
    this.second = second;
    this.onPair = onPair;
  }

  /** Matches what the windows hold now. */
  match(): void {
    if (!this.voted) this.vote();
    while (this.nextSecond < this.second.calls.length) {
      const call = this.second.calls[this.nextSecond++];
      if (call.group.members[this.first.log] !== undefined) continue;
      this.matchOne(call);
    }
  }

  /** Calls far back in the lists are no longer needed. */
  trim(count: { first: number; second: number }): void {
    this.nextFirst = Math.max(0, this.nextFirst - count.first);
    this.nextSecond = Math.max(0, this.nextSecond - count.second);
  }

  private matchOne(call: MergeCall): void {
    const calls = this.first.calls;
    const end = Math.min(calls.length, this.nextFirst + MERGE_LOOKAHEAD_CALLS);
    for (let index = this.nextFirst; index < end; index++) {
      const candidate = calls[index];
      if (candidate.group.members[this.second.log] !== undefined) continue;
      if (!this.isNear(candidate, call) || !this.sameCall(candidate, call)) continue;
      this.shared++;
      this.onPair(candidate, call);
      if (index === this.nextFirst) this.nextFirst++;
      return;
    }
    // What lies more than a window of calls back was never found and will not be.
    while (this.nextFirst < calls.length && this.isPast(calls[this.nextFirst], call)) this.nextFirst++;
  }

  /** Whether the clocks allow the two to be one call. */
  private isNear(first: MergeCall, second: MergeCall): boolean {
    const difference = this.difference(first, second);
    return Number.isNaN(this.offset) || Number.isNaN(difference)
      ? true
      : Math.abs(difference - this.offset) <= MERGE_MATCH_SECONDS;
  }

  private isPast(first: MergeCall, second: MergeCall): boolean {
    if (first.group.members[this.second.log] !== undefined) return true;
    const difference = this.difference(first, second);
    return difference - this.offset > MERGE_MATCH_SECONDS;
  }

  private difference(first: MergeCall, second: MergeCall): number {
    const a = this.first.events.time[this.first.at(first.enter)];
    const b = this.second.events.time[this.second.at(second.enter)];
    return b - a;
  }

  /** The clock difference that most pairs of like calls agree on. */
  private vote(): void {
    this.voted = true;
    const votes = new Map<number, number>();
    const seconds = this.second.calls.slice(0, MERGE_VOTES);
    const firsts = this.first.calls.slice(0, 4 * MERGE_VOTES);
    for (const second of seconds) {
      for (const first of firsts) {
        const step = Math.round(this.difference(first, second) / VOTE_SECONDS);
        if (Number.isNaN(step) || !this.sameCall(first, second)) continue;
        for (const near of [step - 1, step, step + 1]) votes.set(near, (votes.get(near) ?? 0) + 1);
      }
    }
    let best = 0;
    for (const [step, count] of votes) {
      if (count > best) {
        best = count;
        this.offset = step * VOTE_SECONDS;
      }
    }
  }

  /** Same hypercall by the same thread with the same arguments, as far as both logs carry them. */
  private sameCall(a: MergeCall, b: MergeCall): boolean {
    if (a.nr !== b.nr || a.cmd !== b.cmd) return false;
    if (a.pid !== b.pid && a.pid >= 0 && b.pid >= 0) return false;
    const first = this.first;
    const second = this.second;
    if (first.events.start[first.at(a.enter)] !== second.events.start[second.at(b.enter)]) return false;
    const shape = argumentShapeOf(a.nr, a.cmd);
    if (!sameHalf(first, a.enter, second, b.enter, shape?.in)) return false;
    if (a.exit < 0 || b.exit < 0) return true;
    const retA = first.events.ret[first.at(a.exit)];
    const retB = second.events.ret[second.at(b.exit)];
    if (!Number.isNaN(retA) && !Number.isNaN(retB) && (retA | 0) !== (retB | 0)) return false;
    return sameHalf(first, a.exit, second, b.exit, shape?.out);
  }
}

/** Whether two payloads agree on everything that both hold. */
function sameHalf(
  windowA: MergeWindow,
  rowA: number,
  windowB: MergeWindow,
  rowB: number,
  shape: HalfShape | undefined,
): boolean {
  const a = windowA.events;
  const b = windowB.events;
  const atA = a.payload[windowA.at(rowA)];
  const atB = b.payload[windowB.at(rowB)];
  const wordsA = a.words;
  const wordsB = b.words;
  if (a.payloadEnd(windowA.at(rowA)) - atA < ROWS_AT || b.payloadEnd(windowB.at(rowB)) - atB < ROWS_AT)
    return true;
  if (wordsA[atA] !== Recorded.fields || wordsB[atB] !== Recorded.fields || shape === undefined) return true;
  if (wordsA[atA + 2] !== wordsB[atB + 2] || wordsA[atA + 3] !== wordsB[atB + 3]) return false;
  const rows = Math.min(wordsA[atA + 1], wordsB[atB + 1]);
  for (let row = 0; row < rows; row++) {
    const baseA = atA + ROWS_AT + row * shape.rowWords;
    const baseB = atB + ROWS_AT + row * shape.rowWords;
    const both = wordsA[baseA] & wordsB[baseB];
    for (let field = 0; field < shape.fields.length; field++) {
      if ((both & (1 << field)) === 0) continue;
      const at = FIELDS_AT + 2 * field;
      if (wordsA[baseA + at] !== wordsB[baseB + at] || wordsA[baseA + at + 1] !== wordsB[baseB + at + 1])
        return false;
    }
  }
  return sameLists(wordsA, atA, wordsB, atB, shape);
}

function sameLists(
  wordsA: Int32Array,
  atA: number,
  wordsB: Int32Array,
  atB: number,
  shape: HalfShape,
): boolean {
  let listA = atA + ROWS_AT + wordsA[atA + 1] * shape.rowWords;
  let listB = atB + ROWS_AT + wordsB[atB + 1] * shape.rowWords;
  for (let list = 0; list < shape.lists.length; list++) {
    const length = 2 * Math.min(wordsA[listA + 1], wordsB[listB + 1]);
    for (let word = 0; word < length; word++) {
      if (wordsA[listA + ELEMENTS_AT + word] !== wordsB[listB + ELEMENTS_AT + word]) return false;
    }
    listA += ELEMENTS_AT + 2 * wordsA[listA + 1];
    listB += ELEMENTS_AT + 2 * wordsB[listB + 1];
  }
  return true;
}

/** The payload shape of a half. */
export function halfShape(nr: number, cmd: number, enter: boolean): HalfShape | undefined {
  const shape: ArgumentShape | undefined = argumentShapeOf(nr, cmd);
  return enter ? shape?.in : shape?.out;
}
