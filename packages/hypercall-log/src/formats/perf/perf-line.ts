import { LINE_HEAD_BYTES_MAX } from "../../limits.ts";
import { TaskLevel } from "../ftrace/ftrace-line.ts";
import type { TraceLine } from "../ftrace/trace-text-dialect.ts";

const SPACE = 32;
const DOT = 46;
const SLASH = 47;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const OPEN_SQUARE = 91;
const CLOSE_SQUARE = 93;
/** Decimal digits of a number that are read; more are no line of perf's. */
const DIGITS_MAX = 15;

/**
 * The head of one line of `perf script`, a task's name, its thread (or `PROCESS/THREAD`), CPU, time, sometimes a period, and
 * the event with the name of its group, which is padded on the left:
 *
 *     xen-balloon      40 [000]     9.886417:  xgt:mo_l_decrease_48: (ffff8000087fbfe8) cmd=1 ...
 *     xen-balloon   40/40 [000]     9.886417:          1  xgt:p2m: (ffff80000808d084) pfn=0xc7ec4 ...
 */
export class PerfLine implements TraceLine {
  commStart = 0;
  commEnd = 0;
  pid = 0;
  cpu = 0;
  readonly level: number = TaskLevel.task;
  time = 0;
  nameStart = 0;
  private number = 0;

  parse(bytes: Uint8Array, start: number, end: number): boolean {
    const last = Math.min(end, start + LINE_HEAD_BYTES_MAX);
    for (
      let open = bytes.indexOf(OPEN_SQUARE, start);
      open >= 0 && open < last;
      open = bytes.indexOf(OPEN_SQUARE, open + 1)
    ) {
      if (this.parseTask(bytes, start, open) && this.parseRest(bytes, open + 1, end)) return true;
    }
    return false;
  }

  /** Name and thread before the CPU's bracket. */
  private parseTask(bytes: Uint8Array, start: number, open: number): boolean {
    let at = blanksBefore(bytes, open, start);
    const threadEnd = at;
    at = digitsBefore(bytes, at, start);
    if (at === threadEnd || threadEnd === open || threadEnd - at > DIGITS_MAX) return false;
    this.digits(bytes, at, threadEnd);
    this.pid = this.number;
    // The process, which stands before its thread where perf was asked for both.
    if (bytes[at - 1] === SLASH) at = digitsBefore(bytes, at - 1, start);
    const commEnd = blanksBefore(bytes, at, start);
    if (commEnd === at && at > start) return false;
    this.commStart = blanksAt(bytes, start);
    this.commEnd = Math.max(this.commStart, commEnd);
    return true;
  }

  /** CPU, time, period and group. */
  private parseRest(bytes: Uint8Array, from: number, end: number): boolean {
    let at = this.digits(bytes, from, end);
    if (at === from || bytes[at] !== CLOSE_SQUARE) return false;
    this.cpu = this.number;
    at = blanksAt(bytes, at + 1);
    // The kind of code that was sampled, where perf was asked for it.
    if (at < end && (bytes[at] < ZERO || bytes[at] > NINE)) {
      while (at < end && bytes[at] !== SPACE) at++;
      at = blanksAt(bytes, at);
    }
    const secondsAt = at;
    at = this.digits(bytes, at, end);
    if (at === secondsAt || bytes[at] !== DOT) return false;
    const seconds = this.number;
    const fractionAt = at + 1;
    at = this.digits(bytes, fractionAt, end);
    if (at === fractionAt || bytes[at] !== COLON) return false;
    const scale = 10 ** (at - fractionAt);
    const whole = seconds * scale + this.number;
    // One rounding, so that the time equals the one a JSON log of the same digits gives.
    this.time = whole <= Number.MAX_SAFE_INTEGER ? whole / scale : seconds + this.number / scale;
    at = blanksAt(bytes, at + 1);
    const periodAt = at;
    at = this.digits(bytes, at, end);
    at = at > periodAt && bytes[at] === SPACE ? blanksAt(bytes, at) : periodAt;
    return this.parseGroup(bytes, at, end);
  }

  /** `GROUP:EVENT:`; the name begins behind the group. */
  private parseGroup(bytes: Uint8Array, from: number, end: number): boolean {
    const group = bytes.indexOf(COLON, from);
    if (group < 0 || group >= end - 1 || group === from) return false;
    for (let at = from; at < group; at++) if (bytes[at] === SPACE) return false;
    this.nameStart = bytes[group + 1] === SPACE ? from : group + 1;
    return true;
  }

  private digits(bytes: Uint8Array, from: number, end: number): number {
    const most = Math.min(end, from + DIGITS_MAX);
    let at = from;
    let number = 0;
    while (at < most && bytes[at] >= ZERO && bytes[at] <= NINE) number = number * 10 + bytes[at++] - ZERO;
    this.number = number;
    return at;
  }
}

function blanksAt(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === SPACE) at++;
  return at;
}

/** Where the blanks before `from` begin. */
function blanksBefore(bytes: Uint8Array, from: number, start: number): number {
  let at = from;
  while (at > start && bytes[at - 1] === SPACE) at--;
  return at;
}

/** Where the digits before `from` begin. */
function digitsBefore(bytes: Uint8Array, from: number, start: number): number {
  let at = from;
  while (at > start && bytes[at - 1] >= ZERO && bytes[at - 1] <= NINE) at--;
  return at;
}
