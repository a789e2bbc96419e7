/** Milliseconds before now that a rate is of: what a machine did before that says little of what it will do. */
const RATE_MS = 30_000;
/** Milliseconds between two looks that are remembered. */
const LOOK_MS = 1_000;

/** How fast runs get done, of late. */
export class FleetRate {
  private readonly looks: { readonly at: number; readonly done: number }[] = [];

  /** So many runs are done, those before too. `now`: milliseconds of any clock. */
  reach(done: number, now: number): void {
    const { looks } = this;
    // Until a run gets done, others may be worked on: that is no slowness of these.
    if (looks.length === 1 && looks[0].done === done) looks.pop();
    if (looks.length > 1 && looks[looks.length - 1].at - looks[looks.length - 2].at < LOOK_MS) looks.pop();
    looks.push({ at: now, done });
    while (looks.length > 2 && now - looks[1].at > RATE_MS) looks.shift();
  }

  /** Runs a second; 0: not known, or none. */
  get perSecond(): number {
    const { looks } = this;
    if (looks.length < 2) return 0;
    const [first, last] = [looks[0], looks[looks.length - 1]];
    return (last.done - first.done) / Math.max(0.001, (last.at - first.at) / 1_000);
  }
}
