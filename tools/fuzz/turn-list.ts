import type { FuzzTarget } from "./fuzz-input.ts";
import { ROUND_INPUTS_MAX } from "./limits.ts";

/** Some inputs of one target, in a row. */
export interface Turn {
  readonly target: FuzzTarget;
  readonly first: number;
  readonly count: number;
}

interface Share {
  readonly target: FuzzTarget;
  next: number;
  left: number;
  isUnderWay: boolean;
}

/** Which target is next, and how many inputs it still gets: of a bounded number each gets its share. */
export class TurnList {
  private readonly shares: readonly Share[];
  private at = 0;

  /** @param from Number of each target's first input. @param inputs In all; infinity: no bound. */
  constructor(targets: readonly FuzzTarget[], from: number, inputs: number) {
    const weights = targets.map(({ share }) => share ?? 1);
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    this.shares = targets.map((target, i) => {
      return { target, next: from, left: Math.ceil((inputs * weights[i]) / all), isUnderWay: false };
    });
  }

  /** The next turn; null: there is nothing left that is not under way already. */
  take(): Turn | null {
    for (let looked = 0; looked < this.shares.length; looked++) {
      const share = this.shares[this.at];
      this.at = (this.at + 1) % this.shares.length;
      if (share.isUnderWay || share.left <= 0) continue;
      share.isUnderWay = true;
      return { target: share.target, first: share.next, count: Math.min(ROUND_INPUTS_MAX, share.left) };
    }
    return null;
  }

  /** A turn is over: so many of its inputs were run. */
  done(turn: Turn, inputs: number): void {
    const share = this.shares.find(({ target }) => target === turn.target);
    if (share === undefined) return;
    share.isUnderWay = false;
    share.next += inputs;
    share.left -= inputs;
  }
}
