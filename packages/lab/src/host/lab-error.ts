/** Something that keeps the lab from running and that the user can put right: what, where, what to do next. */
export class LabError extends Error {
  /** Tells it from faults of the program. */
  override readonly name = "LabError";
  /** What a tool or a console said last, a line each. */
  readonly said: readonly string[];

  constructor(message: string, said: readonly string[] = []) {
    super(message);
    this.said = said;
  }
}
