import { CALLS_UNDER_WAY_MAX } from "../../limits.ts";
import { LENT_CALLS_MAX, type LentCalls } from "../templates/native-calls.ts";
import type { FtraceHead } from "./ftrace-head.ts";

/** A call whose return has not been met. */
export interface OpenCall {
  /** The event batch's `call`. */
  call: number;
  nr: number;
  cmd: number;
  via: number;
  /** Ops of a grant call. */
  count: number;
  /** Probe names behind their prefix name the call's place in the kernel: entry and return share it. */
  site: number;
  /** Argument pointer. */
  argLow: number;
  argHigh: number;
  argKnown: boolean;
  level: number;
  cpu: number;
  /** How many notes of lost events came before it. */
  lossesBefore: number;
  /** The call that this one interrupts. */
  below: OpenCall | null;
  /** Its thread (FtraceHead.thread). */
  thread: number;
}

/** Innermost call of one thread. */
interface Thread {
  readonly thread: number;
  top: OpenCall | null;
}

/**
 * Calls under way by thread. Only an interrupt can begin a call inside another one of the same thread, so calls of a
 * thread nest by its level; a call that is still open when its thread does something at its level has lost its return.
 */
export class FtraceOpenCalls {
  private readonly threads = new Map<number, Thread>();
  private last: Thread = { thread: Number.NaN, top: null };
  private readonly spare: OpenCall[] = [];
  /** All of them, a thread's in their order. */
  private readonly all = new Set<OpenCall>();
  /** Those that are lent. */
  private readonly lent: OpenCall[] = [];
  private losses = 0;
  /** Per CPU: the number of its last note of lost events. */
  private readonly lastLoss = new Map<number, number>();

  /** Opens a call of this head's thread. The caller fills the object. */
  open(head: FtraceHead): OpenCall {
    const thread = this.threadOf(head.thread);
    this.dropAbove(thread, head.level - 1);
    const open = this.spare.pop() ?? newOpenCall();
    open.level = head.level;
    open.cpu = head.cpu;
    open.lossesBefore = this.losses;
    open.below = thread.top;
    open.thread = thread.thread;
    thread.top = open;
    this.all.add(open);
    return open;
  }

  /**
   * Takes out the call that returns here, null where there is none: its entry was lost, or events of its CPU were lost
   * since, so that this may be another call's return. The object is good until the next `open`.
   */
  close(head: FtraceHead, site: number): OpenCall | null {
    const thread = this.threadOf(head.thread);
    this.dropAbove(thread, head.level);
    const open = thread.top;
    if (open === null || open.level !== head.level) return null;
    this.end(thread, open);
    if (open.site !== site || this.lostSince(open, head.cpu)) return null;
    return open;
  }

  /** Lends all of them; false: there are too many. */
  lend(calls: LentCalls): boolean {
    const { all, lent } = this;
    lent.length = 0;
    if (all.size > LENT_CALLS_MAX) return false;
    for (const open of all) {
      // Where events were lost since, a return may be another call's.
      const mayEnd = open.argKnown && open.lossesBefore === this.losses;
      calls.add({ ...open, key: open.thread, head: -1 }, mayEnd);
      lent.push(open);
    }
    return true;
  }

  /** Takes out the lent calls that have returned. */
  takeBack(calls: LentCalls): void {
    this.lent.forEach((open, lent) => {
      if (calls.hasEnded(lent)) this.end(this.threadOf(open.thread), open);
    });
    this.lent.length = 0;
  }

  /** Events of this CPU are missing here. */
  lost(cpu: number): void {
    this.losses++;
    if (this.lastLoss.size >= CALLS_UNDER_WAY_MAX) this.lastLoss.clear();
    this.lastLoss.set(cpu, this.losses);
  }

  private lostSince(open: OpenCall, cpu: number): boolean {
    const { lossesBefore } = open;
    if (lossesBefore === this.losses) return false;
    return (this.lastLoss.get(open.cpu) ?? 0) > lossesBefore || (this.lastLoss.get(cpu) ?? 0) > lossesBefore;
  }

  private threadOf(number: number): Thread {
    if (this.last.thread === number) return this.last;
    let thread = this.threads.get(number);
    if (thread === undefined) {
      if (this.threads.size >= CALLS_UNDER_WAY_MAX) this.forget();
      thread = { thread: number, top: null };
      this.threads.set(number, thread);
    }
    this.last = thread;
    return thread;
  }

  /** Forgets the thread's calls above a level. */
  private dropAbove(thread: Thread, level: number): void {
    for (let open = thread.top; open !== null && open.level > level; open = open.below) {
      this.end(thread, open);
    }
  }

  /** Takes out a thread's innermost call. */
  private end(thread: Thread, open: OpenCall): void {
    thread.top = open.below;
    this.all.delete(open);
    this.spare.push(open);
  }

  /** Forgets the threads without a call; where all have one, all of them. */
  private forget(): void {
    for (const [number, thread] of this.threads) if (thread.top === null) this.threads.delete(number);
    if (this.threads.size < CALLS_UNDER_WAY_MAX) return;
    this.threads.clear();
    this.all.clear();
  }
}

function newOpenCall(): OpenCall {
  return {
    call: 0,
    nr: -1,
    cmd: -1,
    via: 0,
    count: 0,
    site: 0,
    argLow: 0,
    argHigh: 0,
    argKnown: false,
    level: 0,
    cpu: -1,
    lossesBefore: 0,
    below: null,
    thread: 0,
  };
}
