import { counted } from "@xgt/findings";
import type { Io } from "../../terminal/io.ts";
import { durationText } from "../../terminal/quantity.ts";

/** Milliseconds between two lines of progress. */
const PROGRESS_MS = 1_000;

/** How many runs are done, how fast, and how long the others will take, on a terminal. */
export class FleetProgress {
  private readonly io: Io;
  private readonly isShown: boolean;
  private readonly start = Date.now();
  private readonly before: number;
  private done = 0;
  private last = 0;

  /** @param before Runs that were done already. */
  constructor(io: Io, quiet: boolean, before: number) {
    this.io = io;
    this.before = before;
    this.isShown = io.stderr.isTTY && !quiet;
  }

  /** One run more is done. */
  tick(): void {
    this.done++;
    this.show();
  }

  /** So many runs are done, those before too. `all`: of how many; undefined: that is not known. */
  reach(done: number, all?: number): void {
    this.done = done - this.before;
    this.show(all);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.isShown && this.last > 0) void this.io.stderr.write("\r\x1b[K");
  }

  private show(all?: number): void {
    const now = Date.now();
    if (!this.isShown || now - this.last < PROGRESS_MS) return;
    this.last = now;
    const text = progressText(this.before + this.done, this.done, (now - this.start) / 1_000, all);
    void this.io.stderr.write(`\r${text}\x1b[K`);
  }
}

/**
 * "120 of 2000 runs done, 34.1 a second, 55 s left".
 * @param done Runs that are done.
 * @param fresh Of them, those of the last `seconds`.
 * @param all Runs there are; undefined: not known.
 */
export function progressText(done: number, fresh: number, seconds: number, all?: number): string {
  const rate = fresh / Math.max(0.001, seconds);
  const of = all === undefined ? counted(done, "run") : `${done} of ${counted(all, "run")}`;
  const left = all !== undefined && rate > 0 ? `, ${durationText((all - done) / rate)} left` : "";
  return `${of} done, ${rate.toFixed(1)} a second${left}`;
}
