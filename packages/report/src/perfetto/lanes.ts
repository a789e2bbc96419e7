import { LANES_MAX, ROOTS_REMEMBERED } from "../limits.ts";

/** A span of time on a lane that no other span of the lane holds. */
interface Root {
  readonly begin: number;
  readonly end: number;
}

/**
 * Chooses lanes for spans of time that are told when they end, so that on each lane two spans either do not overlap or
 * one holds the other: that is all that a track can show.
 */
export class NestedLanes {
  private readonly lanes: Root[][] = [];

  /** The lane of a span; spans come in the order of their ends. -1: LANES_MAX lanes do not do. */
  laneOf(begin: number, end: number): number {
    for (let lane = 0; lane < LANES_MAX; lane++) {
      if (lane === this.lanes.length) this.lanes.push([]);
      if (this.fits(this.lanes[lane], begin, end)) return lane;
    }
    return -1;
  }

  private fits(roots: Root[], begin: number, end: number): boolean {
    let kept = roots.length;
    while (kept > 0 && roots[kept - 1].begin >= begin) kept--;
    if (kept > 0 && roots[kept - 1].end > begin) return false;
    // What was forgotten began before all that is remembered, and may reach into this span.
    if (kept === 0 && roots.length === ROOTS_REMEMBERED) return false;
    roots.length = kept;
    roots.push({ begin, end });
    if (roots.length > ROOTS_REMEMBERED) roots.shift();
    return true;
  }
}

/** Lanes for spans that are told when they begin and when they end: each has its own for as long as it lasts. */
export class OpenLanes {
  private readonly isTaken: boolean[] = [];

  /** Takes the first free lane; -1: LANES_MAX are taken. */
  take(): number {
    const free = this.isTaken.indexOf(false);
    const lane = free < 0 ? this.isTaken.length : free;
    if (lane >= LANES_MAX) return -1;
    this.isTaken[lane] = true;
    return lane;
  }

  free(lane: number): void {
    this.isTaken[lane] = false;
  }
}
