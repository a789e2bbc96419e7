import { ALL_ONES, u64At } from "./event-batch.ts";

/**
 * The first frame number that no address of 64 bits leads to, so that no p2m reaches it. Below twice as much a number is
 * exact: what adds a count to a frame, or goes on to the next, gets there.
 */
export const FRAMES_END = 2 ** 52;

/** The frame whose number lies at `at`: ALL_ONES where all bits are set, FRAMES_END for any other that no p2m reaches. */
export function frameAt(words: Int32Array, at: number): number {
  const frame = u64At(words, at);
  return frame < FRAMES_END || frame === ALL_ONES ? frame : FRAMES_END;
}
