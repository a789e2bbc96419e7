/** A file with accepted findings that cannot be used; the message says where and why. */
export class BaselineError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BaselineError";
  }
}
