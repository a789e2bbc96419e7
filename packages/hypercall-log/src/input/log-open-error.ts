/** Why a log could not be opened at all. */
export type LogOpenReason =
  | "missing"
  | "directory"
  | "unreadable"
  | "empty"
  | "binary"
  | "unknown-format"
  | "no-reader"
  | "compression";

/** A log that cannot be opened: what is wrong, with which file, and what to do next. */
export class LogOpenError extends Error {
  override readonly name = "LogOpenError";
  readonly reason: LogOpenReason;
  /** As the user named it; `-` is standard input. */
  readonly path: string;
  /** What to do next. */
  readonly advice: string;

  constructor(reason: LogOpenReason, path: string, what: string, advice: string) {
    super(`${path === "-" ? "standard input" : path}: ${what}; ${advice}`);
    this.reason = reason;
    this.path = path;
    this.advice = advice;
  }
}
