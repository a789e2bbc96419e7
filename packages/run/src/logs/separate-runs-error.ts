/** Logs that were given as one run and are not: what tells, and what to do next. */
export class SeparateRunsError extends Error {
  override readonly name = "SeparateRunsError";
  /** The log that does not belong to the ones before it, as the user named it. */
  readonly path: string;

  constructor(path: string, others: readonly string[]) {
    const what = `${path} and ${others.join(", ")} are not of one run: their headers differ and they share no call`;
    super(`${what}; --each replays every log as a run of its own`);
    this.path = path;
  }
}
