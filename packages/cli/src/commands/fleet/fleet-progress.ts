import { counted } from "@xgt/findings";
import type { Io } from "../../terminal/io.ts";
import { durationText } from "../../terminal/quantity.ts";
import { FleetRate } from "./fleet-rate.ts";

/** Milliseconds between two lines of progress. */
const PROGRESS_MS = 1_000;

/** How many runs are done, how fast, and how long the others will take, on a terminal. */
export class FleetProgress {
  private readonly io: Io;
  private readonly isShown: boolean;
  private readonly rate = new FleetRate();
  private done: number;
  private last = 0;

  /** @param before Runs that were done already. */
  constructor(io: Io, quiet: boolean, before: number) {
    this.io = io;
    this.done = before;
    this.rate.reach(before, Date.now());
    this.isShown = io.stderr.isTTY && !quiet;
  }

  /** One run more is done. */
  tick(): void {
    this.reach(this.done + 1);
  }

  /** So many runs are done, those before too. `all`: of how many; undefined: that is not known. */
  reach(done: number, all?: number): void {
    this.done = done;
    const now = Date.now();
    this.rate.reach(done, now);
    if (!this.isShown || now - this.last < PROGRESS_MS) return;
    this.last = now;
    void this.io.stderr.write(`\r${this.text(all)}\x1b[K`);
  }

  /** "120 of 2000 runs done, 34.1 a second, 55 s left". `all`: runs that there are; undefined: that is not known. */
  text(all?: number): string {
    return progressText(this.done, this.rate.perSecond, all);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.isShown && this.last > 0) void this.io.stderr.write("\r\x1b[K");
  }
}

/** `perSecond`: 0 where that is not known. */
function progressText(done: number, perSecond: number, all: number | undefined): string {
  const of = all === undefined ? counted(done, "run") : `${done} of ${counted(all, "run")}`;
  const rate = perSecond > 0 ? `, ${perSecond.toFixed(1)} a second` : "";
  const left =
    all !== undefined && perSecond > 0 && all > done
      ? `, ${durationText((all - done) / perSecond)} left`
      : "";
  return `${of} done${rate}${left}`;
}
