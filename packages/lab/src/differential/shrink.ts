import type { Lab } from "../lab.ts";
import { randomSequences } from "./make-script.ts";
import type { DifferentialRun } from "./run-differential.ts";
import { runSequences } from "./run-differential.ts";

/** Boots that shrinking may take. */
const ROUNDS_MAX = 12;

/** The shortest sequence found that still shows a disagreement, and its run. */
export interface Smallest {
  readonly sequence: readonly string[][];
  readonly run: DifferentialRun;
}

/**
 * Shrinks a sequence that shows a disagreement: one boot runs every variant that lacks one part of it (halves first,
 * single calls at last), the shortest one that still shows any goes on. Throws LabError.
 */
export async function shrink(lab: Lab, sequence: readonly string[][]): Promise<Smallest> {
  let smallest: Smallest = { sequence, run: await runSequences(lab, [sequence]) };
  let part = Math.ceil(sequence.length / 2);
  for (let round = 0; round < ROUNDS_MAX && part > 0 && smallest.sequence.length > 1; round++) {
    const variants = without(smallest.sequence, part);
    const run = await runSequences(lab, variants);
    const index = firstBad(run, variants);
    if (index >= 0) {
      smallest = { sequence: variants[index], run: await runSequences(lab, [variants[index]]) };
      part = Math.min(part, Math.ceil(smallest.sequence.length / 2));
    } else part = part === 1 ? 0 : Math.ceil(part / 2);
  }
  return smallest;
}

/** Shrinks the first sequence of a seed's calls in which model and Xen disagree. Throws LabError. */
export function shrinkRun(lab: Lab, seed: number, calls: number, run: DifferentialRun): Promise<Smallest> {
  const sequences = randomSequences(seed, calls);
  return shrink(lab, sequences[Math.max(0, firstBad(run, sequences))]);
}

/** The sequence without `part` calls from each place on. */
function without(sequence: readonly string[][], part: number): string[][][] {
  const variants: string[][][] = [];
  for (let from = 0; from < sequence.length; from += part) {
    variants.push([...sequence.slice(0, from), ...sequence.slice(from + part)]);
  }
  return variants.filter((variant) => variant.length > 0);
}

/** Index of the first variant in which model and Xen disagree; -1: none. A variant's steps are its calls and a healing. */
export function firstBad(
  run: Pick<DifferentialRun, "disagreements">,
  variants: readonly (readonly string[][])[],
): number {
  let last = 0;
  return variants.findIndex((variant) => {
    const first = last + 1;
    last += variant.length + 1;
    const end = last;
    return run.disagreements.some(({ step }) => step >= first && step <= end);
  });
}
