/** Calls and lost records by log of the run: one recorder's gaps do not make another's calls doubtful. */
export class RecorderGaps {
  private readonly sources: number;
  private readonly calls: number[];
  private readonly losses: number[];

  /** @param sources Number of logs. */
  constructor(sources: number) {
    this.sources = sources;
    this.calls = new Array<number>(sources).fill(0);
    this.losses = new Array<number>(sources).fill(0);
  }

  /** A log holds a call, or several. */
  call(source: number, calls = 1): void {
    this.calls[source] += calls;
  }

  /** A log says that records are missing. */
  lost(source: number, records: number): void {
    this.losses[source] += records;
  }

  /** Whether another log of the run, itself without a gap, holds the calls that `source` lost at event `event`. */
  isCovered(source: number, event: number): boolean {
    // A ring that overwrote its oldest records says so first: the other logs have not spoken yet.
    if (event === 1) return this.sources > 1;
    return this.calls.some((calls, other) => other !== source && calls > 0 && this.losses[other] === 0);
  }
}
