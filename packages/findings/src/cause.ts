import type { Severity } from "./severity.ts";

/**
 * What makes two findings of two runs the same one: never an address, a time or a number of frames, which differ
 * between two runs of the same guest.
 */
export interface Cause {
  /** `G44`. */
  readonly rule: string;
  /** `dma-to-hole`. */
  readonly name: string;
  /** How bad it is. */
  readonly severity: Severity;
  /** Whose frames they are; null: of no one domain. */
  readonly domid: number | null;
  /** Call, "DMA" or the like at which it became true; empty: none (the end of the log). */
  readonly operation: string;
  /** The earlier call that led to it; empty: none named. */
  readonly causedBy: string;
  /** Task that did it, instance numbers as `#`; empty: not recorded. */
  readonly comm: string;
  /** Kind of frame: where the gfn lies and what was used instead of what; empty: no frame. */
  readonly frame: string;
}

/** A text that two causes have in common where they are the same one. */
export function causeKey(cause: Cause): string {
  const { rule, severity, domid, operation, causedBy, comm, frame } = cause;
  return JSON.stringify([rule, severity, domid, operation, causedBy, comm, frame]);
}
