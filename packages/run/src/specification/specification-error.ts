/** A file of domains that cannot be used: what is wrong with which file, and what to do next. */
export class SpecificationError extends Error {
  override readonly name = "SpecificationError";
  /** As the user named it; `-` is standard input. */
  readonly path: string;
  /** What to do next. */
  readonly advice: string;

  /** @param place Where: the path, or what stands for it and a line. @param what What is wrong there. */
  constructor(path: string, place: string, what: string, advice: string) {
    super(`${place}: ${what}${advice === "" ? "" : `; ${advice}`}`);
    this.path = path;
    this.advice = advice;
  }
}
