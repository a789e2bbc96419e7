/** Numbers of the H rules that contradictions are reported under. */
export type ConformanceId = `H${number}`;

/** What one unmap does to its handle and gfn. */
export const UnmapEffect = { none: 0, release: 1, releaseAndClear: 2, unknown: 3 } as const;

/**
 * What the model says of the call, op or item at hand: the semantics fill it in, and read it before the next one. One
 * object serves a whole replay.
 */
export class Judgement {
  /** The answer (result, status or errno); NaN: the model leaves it open. */
  value = Number.NaN;
  /** The other answer, where builds of one release differ; NaN: none. */
  second = Number.NaN;
  /** Rule that any other answer breaks; null: none does. */
  rule: ConformanceId | null = null;
  /** Frame that a grant map gets; -1: not known. */
  mfn = -1;
  /** Grant map: decided before Xen takes a maptrack handle. */
  early = false;
  /** Unmap: UnmapEffect. */
  effect: number = UnmapEffect.none;
  /** Unmap: the handle is known to be live. */
  live = false;

  /** Begins the next one: open, under a rule. */
  begin(rule: ConformanceId | null): void {
    this.value = Number.NaN;
    this.second = Number.NaN;
    this.rule = rule;
    this.mfn = -1;
  }
}

/** What the checks before the first extent of a reservation call decide. */
export class Preamble {
  /** Nothing was done, or nothing can be told. */
  settled = false;
  /** The model cannot say whether the extents were looked at. */
  open = false;
  /** The count was reported as impossible. */
  broken = false;

  /** Begins the next call. */
  begin(): void {
    this.settled = false;
    this.open = false;
    this.broken = false;
  }
}

/** Where the extents of a reservation call have got to. */
export class Progress {
  /** Extents done by the log; NaN: not recorded. */
  logged = Number.NaN;
  /** The model has no certain verdict from here on. */
  open = false;
  /** Extents done by the model; NaN: open. */
  predicted = Number.NaN;
  /** The log's count ends at an extent that the model would do. */
  short = false;

  /** Begins the next call. */
  begin(logged: number, open: boolean): void {
    this.logged = logged;
    this.open = open;
    this.predicted = Number.NaN;
    this.short = false;
  }
}
