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

/** What kept a file from being opened, for its reader. */
export function openError(path: string, error: unknown): LogOpenError {
  if (error instanceof LogOpenError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new LogOpenError("missing", path, "no such file", "check the name");
  }
  const what = code === "EACCES" ? "no permission to read it" : `cannot be opened (${code})`;
  return new LogOpenError("unreadable", path, what, "check the file and its permissions");
}
