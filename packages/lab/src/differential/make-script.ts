import { END_STEP, HEAL_STEP, type ScriptStep } from "./argument.ts";
import type { Caller } from "./caller.ts";
import { Random } from "./random.ts";
import { randomCall, type SequenceState } from "./random-call.ts";

/** Calls between two healings: long enough for states to build on each other, short enough to read. */
const SEQUENCE_CALLS = 40;

/** Calls that follow each other, on frames that were healed before. */
export type Sequence = readonly ScriptStep[];

/** Random hypercalls from a seed, as sequences. */
export function randomSequences(seed: number, calls: number, caller: Caller): Sequence[] {
  const random = new Random(seed);
  const state: SequenceState = { caller, nextSlot: 0 };
  const sequences: Sequence[] = [];
  for (let made = 0; made < calls; ) {
    const length = Math.min(SEQUENCE_CALLS, calls - made);
    sequences.push(Array.from({ length }, () => randomCall(random, state)));
    made += length;
  }
  return sequences;
}

/** The executor's script of sequences: each begins on healed frames. */
export function scriptOf(sequences: readonly Sequence[]): Buffer {
  const steps = sequences.flatMap((sequence) => [HEAL_STEP, ...sequence]);
  return Buffer.concat([...steps, END_STEP]);
}
