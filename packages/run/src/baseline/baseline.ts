import type { Cause } from "@xgt/findings";

/** The version of the file's form. */
export const BASELINE_VERSION = 1;

/** A cause whose findings somebody accepts, and why. */
export interface AcceptedCause {
  /** What its findings have in common. */
  readonly cause: Cause;
  /** Why it is accepted: never empty. */
  readonly reason: string;
}

/** Accepted findings by cause, as a file holds them. */
export interface Baseline {
  /** As the user named the file. */
  readonly path: string;
  /** In the order of the file. */
  readonly accepted: readonly AcceptedCause[];
}
