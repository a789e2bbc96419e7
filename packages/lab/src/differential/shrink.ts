import { randomSequences, type Sequence } from "./make-script.ts";
import { type DifferentialMachine, type DifferentialRun, runSequences } from "./run-differential.ts";

/** Rounds that shrinking may take, of two boots each at most. */
const ROUNDS_MAX = 16;

/** Runs sequences on one boot, each on healed frames. */
type SequenceRunner = (sequences: readonly Sequence[]) => Promise<DifferentialRun>;

/** The shortest sequence found that still shows a disagreement, and its run alone. */
export interface Smallest {
  /** Its calls. */
  readonly sequence: Sequence;
  /** What it showed, run alone. */
  readonly run: DifferentialRun;
}

/** Calls from the first number up to (not with) the second. */
type Part = readonly [from: number, to: number];

/**
 * Shrinks a sequence that shows a disagreement: one boot runs every variant that lacks one part of it (halves first,
 * single calls at last), a second one tells which of the parts can go together. Where the sequence shows none when it
 * is run alone, the run returned has no disagreement. Throws LabError.
 */
export async function shrink(runner: SequenceRunner, sequence: Sequence): Promise<Smallest> {
  const whole: Smallest = { sequence, run: await runner([sequence]) };
  if (whole.run.disagreements.length === 0) return whole;
  let shortest = sequence;
  let size = Math.ceil(sequence.length / 2);
  for (let round = 0; round < ROUNDS_MAX && size > 0 && shortest.length > 1; round++) {
    const parts = partsOf(shortest.length, size);
    const variants = parts.map((part) => without(shortest, [part]));
    const bad = badVariants(await runner(variants), variants);
    if (bad.length > 0) {
      shortest = await withoutMost(
        runner,
        shortest,
        bad.map((index) => parts[index]),
      );
      size = Math.min(size, Math.ceil(shortest.length / 2));
    } else size = size === 1 ? 0 : Math.ceil(size / 2);
  }
  if (shortest.length === sequence.length) return whole;
  const run = await runner([shortest]);
  return run.disagreements.length === 0 ? whole : { sequence: shortest, run };
}

/** The sequence without as many of these parts as can go together; each of them can go alone. */
async function withoutMost(
  runner: SequenceRunner,
  sequence: Sequence,
  parts: readonly Part[],
): Promise<Sequence> {
  const fewest = without(sequence, parts.slice(0, 1));
  if (parts.length === 1) return fewest;
  const variants = [parts, parts.slice(0, Math.ceil(parts.length / 2))]
    .map((some) => without(sequence, some))
    .filter(({ length }) => length > 0);
  const [first] = badVariants(await runner(variants), variants);
  return first === undefined ? fewest : variants[first];
}

/** Shrinks the first sequence of a seed's calls in which model and Xen disagree. Throws LabError. */
export function shrinkRun(
  machine: DifferentialMachine,
  seed: number,
  calls: number,
  run: DifferentialRun,
): Promise<Smallest> {
  const sequences = randomSequences(seed, calls, machine.caller);
  const [first = 0] = badVariants(run, sequences);
  return shrink((some) => runSequences(machine, some), sequences[first]);
}

function partsOf(length: number, size: number): Part[] {
  const parts: Part[] = [];
  for (let from = 0; from < length; from += size) parts.push([from, Math.min(from + size, length)]);
  return parts;
}

function without(sequence: Sequence, parts: readonly Part[]): Sequence {
  return sequence.filter((_, index) => !parts.some(([from, to]) => index >= from && index < to));
}

/**
 * Numbers of the variants in which model and Xen disagree. A step is a call, or the healing before each variant and
 * after the last: what that brings to light is of the variant before it.
 */
export function badVariants(
  run: Pick<DifferentialRun, "disagreements">,
  variants: readonly Sequence[],
): number[] {
  const bad = new Set<number>();
  const ends: number[] = [];
  let healing = 1;
  for (const { length } of variants) {
    healing += length + 1;
    ends.push(healing);
  }
  for (const { step } of run.disagreements) {
    const index = ends.findIndex((end) => step <= end);
    if (index >= 0) bad.add(index);
  }
  return [...bad].sort((a, b) => a - b);
}
