import { LINE_HEAD_BYTES_MAX } from "../../limits.ts";

const SPACE = 32;
const OPEN_ROUND = 40;
const CLOSE_ROUND = 41;
const DASH = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const UPPER_H = 72;
const UPPER_Z = 90;
const OPEN_SQUARE = 91;
const CLOSE_SQUARE = 93;
const LOWER_H = 104;
const LOWER_S = 115;
const LOWER_Z = 122;

/** Columns that tracefs pads a task's name to (kernel/trace/trace_output.c:trace_print_context@L6.12). */
const COMM_COLUMNS = 16;
/** Decimal digits of a thread id, a CPU or a second that are read; more are no line of a trace. */
const DIGITS_MAX = 15;
const POWERS_OF_TEN = Array.from({ length: DIGITS_MAX + 1 }, (_, n) => 10 ** n);

/** What a thread is interrupted by, as the flags column says: only a higher level runs inside a lower one. */
export const TaskLevel = { task: 0, softIrq: 1, hardIrq: 2, nmi: 3 } as const;

/**
 * The head of one line of tracefs text:
 *
 *     xen-balloon-40      [000] d..1.     9.886417: mo_l_decrease_48: (decrease+0x48/0x80) cmd=1 nr=2 ...
 *     COMM       -PID     [CPU] FLAGS     SECONDS : EVENT           : members
 *
 * also with a column of thread groups `(  40)` and without the flags. A task's name may hold anything, so the column
 * that tracefs pads names to is tried first, then every dash that the rest of a head follows.
 */
export class FtraceLine {
  commStart = 0;
  commEnd = 0;
  pid = 0;
  cpu = 0;
  level: number = TaskLevel.task;
  /** Seconds; NaN where the trace's clock only counts (`trace_clock` counter). */
  time = 0;
  /** Where the time begins. */
  timeAt = 0;
  /** Where the event's name begins. */
  nameStart = 0;

  private number = 0;

  /** Reads the head of `bytes[start, end)`. False where there is none. A newline must follow at `end`. */
  parse(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.parseAt(bytes, start, start + COMM_COLUMNS, end)) return true;
    const last = Math.min(end, start + LINE_HEAD_BYTES_MAX);
    for (
      let dash = bytes.indexOf(DASH, start + 1);
      dash >= 0 && dash < last;
      dash = bytes.indexOf(DASH, dash + 1)
    ) {
      if (this.parseAt(bytes, start, dash, end)) return true;
    }
    return false;
  }

  private parseAt(bytes: Uint8Array, start: number, dash: number, end: number): boolean {
    if (dash >= end || bytes[dash] !== DASH) return false;
    let at = this.digits(bytes, dash + 1);
    if (at === dash + 1) return false;
    const pid = this.number;
    at = blanks(bytes, at);
    if (bytes[at] === OPEN_ROUND) {
      at = bytes.indexOf(CLOSE_ROUND, at) + 1;
      if (at === 0 || at > end) return false;
      at = blanks(bytes, at);
    }
    if (bytes[at] !== OPEN_SQUARE) return false;
    const cpuAt = at + 1;
    at = this.digits(bytes, cpuAt);
    if (at === cpuAt || bytes[at] !== CLOSE_SQUARE) return false;
    this.pid = pid;
    this.cpu = this.number;
    this.commStart = blanks(bytes, start);
    this.commEnd = dash;
    return this.parseTime(bytes, blanks(bytes, at + 1), end);
  }

  /** Flags, time and the event's name. */
  private parseTime(bytes: Uint8Array, from: number, end: number): boolean {
    let at = from;
    this.level = TaskLevel.task;
    if (bytes[at] < ZERO || bytes[at] > NINE) {
      if (end - at > 3) this.level = levelOf(bytes[at + 2]);
      while (at < end && bytes[at] !== SPACE) at++;
      at = blanks(bytes, at);
    }
    const secondsAt = at;
    this.timeAt = at;
    at = this.digits(bytes, at);
    if (at === secondsAt) return false;
    const seconds = this.number;
    this.time = Number.NaN;
    if (bytes[at] === DOT) {
      const fractionAt = at + 1;
      at = this.digits(bytes, fractionAt);
      const scale = POWERS_OF_TEN[at - fractionAt];
      if (at === fractionAt) return false;
      const whole = seconds * scale + this.number;
      // One rounding, so that the time equals the one a JSON log of the same digits gives.
      this.time = whole <= Number.MAX_SAFE_INTEGER ? whole / scale : seconds + this.number / scale;
    }
    if (bytes[at] !== COLON || bytes[at + 1] !== SPACE) return false;
    this.nameStart = at + 2;
    return true;
  }

  private digits(bytes: Uint8Array, from: number): number {
    const most = from + DIGITS_MAX;
    let at = from;
    let number = 0;
    for (let c = bytes[at] - ZERO; c >= 0 && c <= 9 && at < most; c = bytes[++at] - ZERO)
      number = number * 10 + c;
    this.number = number;
    return at;
  }
}

function blanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === SPACE) at++;
  return at;
}

function levelOf(flag: number): number {
  if (flag === DOT) return TaskLevel.task;
  if (flag === LOWER_S) return TaskLevel.softIrq;
  if (flag === LOWER_H || flag === UPPER_H) return TaskLevel.hardIrq;
  return flag === LOWER_Z || flag === UPPER_Z ? TaskLevel.nmi : TaskLevel.task;
}
