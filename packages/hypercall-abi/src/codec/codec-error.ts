/** A value does not fit the struct, or bytes do not hold it. */
export class CodecError extends Error {
  override readonly name = "CodecError";
  /** Member at fault, e.g. `struct gnttab_copy.source.u`. */
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path} ${problem}`);
    this.path = path;
  }
}
