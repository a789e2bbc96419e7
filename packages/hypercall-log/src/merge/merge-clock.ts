import { MERGE_CLOCK_CALLS } from "../limits.ts";

/** What the shared calls of two logs say of their clocks. */
export interface ClockDifference {
  readonly path: string;
  /** Calls that this log shares with the logs named before it. */
  readonly shared: number;
  /** Seconds to take off this log's times to get the first log's; given by the user, or measured. */
  readonly seconds: number;
  readonly given: boolean;
  /** Bounds of the measured difference; null: no shared call has times in both logs. */
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Differences of two clocks at the halves of shared calls. A recorder around the call (a probe at the call site) sees
 * its entry earlier and its return later than a recorder inside, so entries bound the clocks' difference from one side
 * and returns from the other.
 */
class Differences {
  private entryMax = Number.NEGATIVE_INFINITY;
  private entryMin = Number.POSITIVE_INFINITY;
  private returnMax = Number.NEGATIVE_INFINITY;
  private returnMin = Number.POSITIVE_INFINITY;

  entry(difference: number): void {
    if (difference > this.entryMax) this.entryMax = difference;
    if (difference < this.entryMin) this.entryMin = difference;
  }

  return(difference: number): void {
    if (difference > this.returnMax) this.returnMax = difference;
    if (difference < this.returnMin) this.returnMin = difference;
  }

  bounds(): { low: number; high: number } | null {
    const entries = this.entryMax >= this.entryMin;
    const returns = this.returnMax >= this.returnMin;
    if (!entries && !returns) return null;
    if (!returns) return { low: this.entryMin, high: this.entryMax };
    if (!entries) return { low: this.returnMin, high: this.returnMax };
    const outside = this.entryMax + this.entryMin <= this.returnMax + this.returnMin;
    const low = outside ? this.entryMax : this.returnMax;
    const high = outside ? this.returnMin : this.entryMin;
    // Clocks that drift leave no difference that all calls allow.
    return { low: Math.min(low, high), high: Math.max(low, high) };
  }
}

/** Times of a shared call in the second log minus those in the first; NaN where one has none. */
export interface CallDifference {
  readonly entry: number;
  readonly exit: number;
}

/** The clocks' difference by these calls: 0 where they allow one common clock; NaN where they have no times. */
export function differenceOf(calls: Iterable<CallDifference>): number {
  return middle(boundsOf(calls));
}

function boundsOf(calls: Iterable<CallDifference>): { low: number; high: number } | null {
  const differences = new Differences();
  for (const { entry, exit } of calls) {
    differences.entry(entry);
    differences.return(exit);
  }
  return differences.bounds();
}

/** The difference of two clocks, now and over the whole logs. */
export class ClockBounds {
  private readonly whole = new Differences();
  /** Of the last shared calls, in no order. */
  private recent: CallDifference[] = [];
  private next = 0;
  private now = Number.NaN;
  private width = 0;
  private isStale = false;

  add(call: CallDifference): void {
    this.whole.entry(call.entry);
    this.whole.return(call.exit);
    this.recent[this.next] = call;
    this.next = (this.next + 1) % MERGE_CLOCK_CALLS;
    this.isStale = true;
  }

  /** Forgets the last shared calls: a clock was set. */
  restart(): void {
    this.recent = [];
    this.next = 0;
    this.isStale = true;
  }

  /** Bounds of the difference by all shared calls; null while none has times in both logs. */
  get bounds(): { low: number; high: number } | null {
    return this.whole.bounds();
  }

  /** The difference by the last shared calls; NaN while it is not known. */
  get current(): number {
    if (this.isStale) this.measure();
    return this.now;
  }

  /** How far apart the bounds of that difference are, in seconds: recorders that are slow at times see a call late. */
  get spread(): number {
    if (this.isStale) this.measure();
    return this.width;
  }

  private measure(): void {
    const bounds = boundsOf(this.recent);
    this.now = middle(bounds);
    this.width = bounds === null ? 0 : bounds.high - bounds.low;
    this.isStale = false;
  }

  /** The difference by all shared calls. */
  get overall(): number {
    return middle(this.bounds);
  }
}

function middle(bounds: { low: number; high: number } | null): number {
  if (bounds === null) return Number.NaN;
  return bounds.low <= 0 && bounds.high >= 0 ? 0 : (bounds.low + bounds.high) / 2;
}
