import { BPFTRACE_HELD_EVENTS_MAX, BPFTRACE_WINDOW_NANOSECONDS } from "../../limits.ts";

/** Nanoseconds between two looks at what is ready, and events that are given at once where too many are held. */
const LOOK_NANOSECONDS = BPFTRACE_WINDOW_NANOSECONDS / 16n;
const RELEASED_EVENTS = BPFTRACE_HELD_EVENTS_MAX / 16;

/** Something that happened at a time. */
export interface TimedEvent {
  /** Nanoseconds. */
  readonly time: bigint;
}

/**
 * Puts events into the order of their times: bpftrace prints what each CPU recorded in one piece, a tenth of a second's worth
 * mostly. Events of one time stay in the order of their lines.
 */
export class BpftraceOrder<T extends TimedEvent> {
  private held: T[] = [];
  /** The newest time met. */
  newest = 0n;
  private nextLook = 0n;

  get size(): number {
    return this.held.length;
  }

  add(event: T): void {
    if (event.time > this.newest) this.newest = event.time;
    let at = this.held.length;
    while (at > 0 && this.held[at - 1].time > event.time) at--;
    this.held.splice(at, 0, event);
  }

  /** Takes out what nothing can come before any more; it looks for that now and then only, as it is asked for each line. */
  ready(): T[] {
    const over = this.held.length - BPFTRACE_HELD_EVENTS_MAX;
    if (this.newest < this.nextLook && over <= 0) return [];
    this.nextLook = this.newest + LOOK_NANOSECONDS;
    const end = this.newest - BPFTRACE_WINDOW_NANOSECONDS;
    let count = over <= 0 ? 0 : over + RELEASED_EVENTS;
    while (count < this.held.length && this.held[count].time <= end) count++;
    return count === 0 ? [] : this.held.splice(0, count);
  }

  /** Takes out everything. */
  rest(): T[] {
    const all = this.held;
    this.held = [];
    return all;
  }
}
