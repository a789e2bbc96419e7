/** Something that the user can put right: the message names what, where, and what to do next. */
export class CliError extends Error {
  override readonly name: string = "CliError";
  /** What another program said, a line each, shown below the message. */
  readonly said: readonly string[];

  constructor(message: string, said: readonly string[] = []) {
    super(message);
    this.said = said;
  }
}

/** The command was called in a wrong way. */
export class UsageError extends CliError {
  override readonly name = "UsageError";
  /** Command whose help explains: "xgt replay". */
  readonly command: string;

  constructor(command: string, message: string) {
    super(message);
    this.command = command;
  }
}

/** Nobody reads the output any more (EPIPE): work stops without a word. */
export class PipeClosedError extends Error {
  override readonly name = "PipeClosedError";
}
