/** One run of the command, or of a reader: its arguments and the files around it. */
export interface FuzzInput {
  /** Of the command; of a reader what it is told besides the bytes. */
  readonly args: readonly string[];
  /** Content by name, in the folder where the command runs. A name may lie in folders. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** What one way into the command, or one of its parts, is fed with. */
export interface FuzzTarget {
  readonly name: string;
  /** Makes an input of random numbers: the same numbers, the same input. */
  make(random: RandomSource): FuzzInput;
  /**
   * Reads an input straight away, without the command around it, which is a hundred times as fast. Whether the reader took it
   * for whole; throws where the reader throws what it may not, or contradicts itself. Absent: the command line is run.
   */
  readonly read?: (input: FuzzInput) => boolean | Promise<boolean>;
  /** Inputs for each one that others get where the number is bounded; absent: 1. */
  readonly share?: number;
}

/** Random numbers that a seed repeats. */
export interface RandomSource {
  /** A whole number from 0 up to but not including `limit`. */
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
}
