/** One run of the command: its arguments and the files around it. */
export interface FuzzInput {
  readonly args: readonly string[];
  /** Content by name, in the folder where the command runs. A name may lie in folders. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** What one way into the command is fed with. */
export interface FuzzTarget {
  readonly name: string;
  /** Makes an input of random numbers: the same numbers, the same input. */
  make(random: RandomSource): FuzzInput;
}

/** Random numbers that a seed repeats. */
export interface RandomSource {
  /** A whole number from 0 up to but not including `limit`. */
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
}
