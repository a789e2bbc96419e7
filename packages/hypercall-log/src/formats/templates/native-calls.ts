/** What the module knows of the calls on a body's lines: `table.calls` has CALL_NUMBERS numbers for each body. */
export const CALL_NUMBERS = 18;
export const CallNumber = {
  way: 0,
  kind: 1,
  nr: 2,
  /** Of a line that names its call: its sub-op. */
  cmd: 3,
  via: 4,
  flags: 5,
  /** Of a probe's line: the probed place, and the words of its payload where values and arrays begin. */
  site: 6,
  cmdAt: 7,
  argAt: 8,
  countAt: 9,
  retAt: 10,
  arrayAt: 11,
  declaredAt: 12,
  /** How many arrays it has, and a byte for each: the part of the list that it is, or CALL_ARGUMENT. */
  arrays: 13,
  codes: 14,
} as const;
/** Arrays of a line that the module takes. */
export const CALL_ARRAYS_MAX = 16;
/** The array of an argument's own words. */
export const CALL_ARGUMENT = 16;
/** How a call's line is taken; 0: the reader of the format takes it. */
export const CallWay = {
  reader: 0,
  namedEnter: 1,
  namedExit: 2,
  grantEnter: 3,
  grantExit: 4,
  /** One of the lines of a memory_op with a long list. */
  memoryPart: 5,
  memoryExit: 6,
  memoryEnter: 7,
} as const;
/** Flags of a line that names its call. */
export const CallFlag = { hasRet: 1, isPlain: 2 } as const;

/** Calls that the module can hold at a time; of more the reader of the format takes all lines. */
export const LENT_CALLS_MAX = 32;
/** Where its memory has them, and what it says of them, in bytes. */
const OPENS_AT = 1024;
const NEXT_CALL_AT = 224;
const OPEN_COUNT_AT = 232;
const CLOSED_AT = 236;
/** Numbers of a call, in words of four bytes; key, call and count of ops are doubles. */
const OPEN_WORDS = 16;
const Open = {
  key: 0,
  call: 2,
  argLow: 4,
  argHigh: 5,
  count: 6,
  nr: 8,
  cmd: 9,
  via: 10,
  site: 11,
  level: 12,
  head: 13,
  lent: 14,
};
/** The place of a call that the module must not end. */
const NO_SITE = -2;

/** A call under way as the module has it. */
export interface LentCall {
  /** The id that lines name it by, or its thread. */
  key: number;
  call: number;
  argLow: number;
  argHigh: number;
  /** Ops of a grant call. */
  count: number;
  nr: number;
  cmd: number;
  via: number;
  site: number;
  level: number;
  /** Head of the line that it began with; -1: it was lent. */
  head: number;
}

/** Who knows a log's calls under way, lends them to the module for a run and takes back what has become of them. */
export interface CallLender {
  /** How arguments lie in memory (argumentForms); absent: no line has them so. */
  forms?(): Int32Array;
  /** Adds the calls under way; false: the module is to leave all calls to the reader of the format. */
  lend(calls: LentCalls): boolean;
  /** Takes out those that have ended, and in those that have begun. */
  takeBack(calls: LentCalls): void;
}

/** The calls under way in a module's memory. */
export class LentCalls {
  private readonly integers: Int32Array;
  private readonly doubles: Float64Array;
  /** What `began` gave last. */
  private readonly given: LentCall = {
    key: 0,
    call: 0,
    argLow: 0,
    argHigh: 0,
    count: 0,
    nr: -1,
    cmd: -1,
    via: 0,
    site: -1,
    level: 0,
    head: -1,
  };

  constructor(memory: ArrayBuffer) {
    this.integers = new Int32Array(memory);
    this.doubles = new Float64Array(memory);
  }

  /** Number of the call that begins next, where the reader counts them. */
  get nextCall(): number {
    return this.doubles[NEXT_CALL_AT >> 3];
  }

  set nextCall(call: number) {
    this.doubles[NEXT_CALL_AT >> 3] = call;
  }

  clear(): void {
    this.integers[OPEN_COUNT_AT >> 2] = 0;
    this.integers[CLOSED_AT >> 2] = 0;
  }

  /** Calls that are under way now. */
  get size(): number {
    return this.integers[OPEN_COUNT_AT >> 2];
  }

  /** Whether the call that was added as number `lent` has ended. */
  hasEnded(lent: number): boolean {
    return ((this.integers[CLOSED_AT >> 2] >>> lent) & 1) !== 0;
  }

  /** Adds a call of which only what ends it matters. `mayEnd` false: the reader has to say what its end says. */
  add(call: Readonly<LentCall>, mayEnd: boolean): void {
    const { integers, doubles } = this;
    const lent = this.size;
    const at = this.place(lent);
    doubles[(at + Open.key) >> 1] = call.key;
    doubles[(at + Open.call) >> 1] = call.call;
    doubles[(at + Open.count) >> 1] = call.count;
    integers[at + Open.argLow] = call.argLow;
    integers[at + Open.argHigh] = call.argHigh;
    integers[at + Open.nr] = call.nr;
    integers[at + Open.cmd] = call.cmd;
    integers[at + Open.via] = call.via;
    integers[at + Open.site] = mayEnd ? call.site : NO_SITE;
    integers[at + Open.level] = call.level;
    integers[at + Open.head] = call.head;
    integers[at + Open.lent] = lent;
    integers[OPEN_COUNT_AT >> 2] = lent + 1;
  }

  /** Call `index` of those under way, where it has begun since; null: it was lent. It is good until the next one is asked for. */
  began(index: number): Readonly<LentCall> | null {
    const { integers, doubles, given } = this;
    const at = this.place(index);
    if (integers[at + Open.lent] >= 0) return null;
    given.key = doubles[(at + Open.key) >> 1];
    given.call = doubles[(at + Open.call) >> 1];
    given.count = doubles[(at + Open.count) >> 1];
    given.argLow = integers[at + Open.argLow];
    given.argHigh = integers[at + Open.argHigh];
    given.nr = integers[at + Open.nr];
    given.cmd = integers[at + Open.cmd];
    given.via = integers[at + Open.via];
    given.site = integers[at + Open.site];
    given.level = integers[at + Open.level];
    given.head = integers[at + Open.head];
    return given;
  }

  private place(index: number): number {
    return (OPENS_AT >> 2) + OPEN_WORDS * index;
  }
}
