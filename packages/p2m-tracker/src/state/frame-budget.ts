/**
 * Bounds the work that a log's own sizes can ask for. Small items are free, so that a real log never feels it; what
 * larger ones take beyond that comes out of one sum for the whole replay.
 */
export class FrameBudget {
  private left: number;
  private readonly free: number;

  /**
   * @param sum Frames that all large items together may take.
   * @param free Frames that any item may take for nothing.
   */
  constructor(sum: number, free: number) {
    this.left = sum;
    this.free = free;
  }

  /** Takes frames for one item; returns how many of them may be followed. */
  take(frames: number): number {
    const beyond = frames - this.free;
    if (!(beyond > 0)) return frames;
    const allowed = Math.min(beyond, this.left);
    this.left -= allowed;
    return this.free + allowed;
  }
}
