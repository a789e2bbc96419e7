/** What the shared calls of two logs say of their clocks. */
export interface ClockDifference {
  readonly path: string;
  /** Calls that this log shares with the log named first. */
  readonly shared: number;
  /** Seconds to take off this log's times to get the first log's; given by the user, or measured. */
  readonly seconds: number;
  readonly given: boolean;
  /** Bounds of the measured difference; null: no shared call has times in both logs. */
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Bounds the difference of two clocks by the calls that both logs hold. A recorder around the call (a probe at the
 * call site) sees its entry earlier and its return later than a recorder inside, so entries bound the difference from
 * one side and returns from the other.
 */
export class ClockBounds {
  private entryMax = Number.NEGATIVE_INFINITY;
  private entryMin = Number.POSITIVE_INFINITY;
  private returnMax = Number.NEGATIVE_INFINITY;
  private returnMin = Number.POSITIVE_INFINITY;

  /** Time of a shared call's entry in this log minus that in the first. */
  entry(difference: number): void {
    if (Number.isNaN(difference)) return;
    this.entryMax = Math.max(this.entryMax, difference);
    this.entryMin = Math.min(this.entryMin, difference);
  }

  return(difference: number): void {
    if (Number.isNaN(difference)) return;
    this.returnMax = Math.max(this.returnMax, difference);
    this.returnMin = Math.min(this.returnMin, difference);
  }

  /** Bounds of the difference; null while no shared call has times in both logs. */
  bounds(): { low: number; high: number } | null {
    const entries = this.entryMax >= this.entryMin;
    const returns = this.returnMax >= this.returnMin;
    if (!entries && !returns) return null;
    if (!returns) return { low: this.entryMin, high: this.entryMax };
    if (!entries) return { low: this.returnMin, high: this.returnMax };
    const outside = this.entryMax + this.entryMin <= this.returnMax + this.returnMin;
    const low = outside ? this.entryMax : this.returnMax;
    const high = outside ? this.returnMin : this.entryMin;
    return { low: Math.min(low, high), high: Math.max(low, high) };
  }

  /** The middle of the bounds; 0 where there are none. */
  get middle(): number {
    const bounds = this.bounds();
    return bounds === null ? 0 : (bounds.low + bounds.high) / 2;
  }
}
