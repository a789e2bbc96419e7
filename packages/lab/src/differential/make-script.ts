import { Random } from "./random.ts";
import { randomCall, type SequenceState } from "./random-call.ts";

/** Calls between two healings: long enough for states to build on each other, short enough to read. */
const SEQUENCE_CALLS = 40;

/** Random hypercalls from a seed, as sequences of executor lines, one element per call. */
export function randomSequences(seed: number, calls: number): string[][][] {
  const random = new Random(seed);
  const state: SequenceState = { nextSlot: 0 };
  const sequences: string[][][] = [];
  for (let made = 0; made < calls; ) {
    const length = Math.min(SEQUENCE_CALLS, calls - made);
    sequences.push(Array.from({ length }, () => randomCall(random, state)));
    made += length;
  }
  return sequences;
}

/** The executor's script of sequences: each begins on healed frames. */
export function scriptOf(sequences: readonly (readonly string[][])[]): string {
  return sequences.map((sequence) => ["heal", ...sequence.flat(), ""].join("\n")).join("");
}
