import { type ByteInput, LogOpenError } from "@xgt/hypercall-log";
import { PassingError } from "./passing-error.ts";

/** What a server may make its reader wait for and take. */
export interface HttpBounds {
  /** Milliseconds until the first of its answer. */
  readonly answerMs: number;
  /** Milliseconds between two pieces. */
  readonly pieceMs: number;
  /** Milliseconds for all of it. */
  readonly wholeMs: number;
  /** Bytes of the log as it comes. */
  readonly bytes: number;
}

/** A log that a server gives. */
export interface RemoteInput extends ByteInput {
  /** Why it broke off and may be whole at another try; undefined: it did not. */
  readonly passing: string | undefined;
}

/** Answers that may be another one soon. */
const PASSING_STATUS = new Set([408, 425, 429]);
/** Answers that there is no such thing. */
const MISSING_STATUS = new Set([404, 410]);

/**
 * Asks a server for a log. Redirects are not followed: they would lead out of what a worker may read, and hand on what the
 * request holds. Throws LogOpenError, or PassingError where the same may go well later.
 * @param name What messages call it.
 */
export async function openHttpInput(
  request: Request,
  name: string,
  bounds: HttpBounds,
): Promise<RemoteInput> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), bounds.answerMs);
  try {
    const { signal } = abort;
    const response = await fetch(request, { redirect: "manual", signal });
    refuseStatus(response, name);
    return new HttpInput(response, abort, name, bounds);
  } catch (error) {
    abort.abort();
    throw error instanceof LogOpenError || error instanceof PassingError ? error : networkError(error, name);
  } finally {
    clearTimeout(timer);
  }
}

/** Throws where the answer is not the log. */
function refuseStatus({ status, headers }: Response, name: string): void {
  if (status === 200) return;
  if (status >= 300 && status < 400) {
    const to = headers.get("location") ?? "nowhere";
    const what = `the server redirects to ${to.slice(0, 200)}, which is not followed`;
    throw new LogOpenError("unreadable", name, what, "name the log where it lies");
  }
  if (MISSING_STATUS.has(status)) {
    throw new LogOpenError("missing", name, `the server has no such log (${status})`, "check the name");
  }
  if (status >= 500 || PASSING_STATUS.has(status)) {
    throw new PassingError(`${name}: the server cannot give it now (${status})`);
  }
  const what = `the server refuses it (${status})`;
  throw new LogOpenError("unreadable", name, what, "check the name, and the keys that this machine has");
}

/** What kept a request from an answer. A certificate does not get better by waiting. */
function networkError(error: unknown, name: string): Error {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && cause.name === "AbortError") {
    return new PassingError(`${name}: the server does not answer in time`);
  }
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  if (/CERT|SELF_SIGNED|TLS/.test(code)) {
    const advice = "NODE_EXTRA_CA_CERTS=FILE says whom to trust";
    return new LogOpenError("unreadable", name, `the server's certificate is not trusted (${code})`, advice);
  }
  return new PassingError(`${name}: the server cannot be reached (${code})`);
}

/** What ended the reading in the middle; readers of logs tell `code`. */
class BrokenOff extends Error {
  readonly code: string;

  constructor(name: string, code: string) {
    super(`${name}: the rest could not be read (${code})`);
    this.code = code;
  }
}

class HttpInput implements RemoteInput {
  readonly size: number | undefined;
  position = 0;
  passing: string | undefined;
  private readonly response: Response;
  private readonly abort: AbortController;
  private readonly name: string;
  private readonly bounds: HttpBounds;

  constructor(response: Response, abort: AbortController, name: string, bounds: HttpBounds) {
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    this.size = Number.isSafeInteger(length) ? length : undefined;
    this.response = response;
    this.abort = abort;
    this.name = name;
    this.bounds = bounds;
    this.refuseSize(this.size ?? 0);
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const reader = this.response.body?.getReader();
    if (reader === undefined) return;
    const end = performance.now() + this.bounds.wholeMs;
    for (;;) {
      const left = Math.min(this.bounds.pieceMs, end - performance.now());
      const timer = setTimeout(() => this.abort.abort(), Math.max(0, left));
      const piece = await reader.read().catch((error: unknown) => this.broken(error));
      clearTimeout(timer);
      if (piece.done) return;
      this.position += piece.value.length;
      if (this.position > this.bounds.bytes) throw this.tooLarge();
      yield piece.value;
    }
  }

  async reopen(): Promise<null> {
    return null;
  }

  async close(): Promise<void> {
    this.abort.abort();
  }

  private refuseSize(bytes: number): void {
    if (bytes <= this.bounds.bytes) return;
    const what = `is larger than ${this.bounds.bytes} bytes`;
    throw new LogOpenError("unreadable", this.name, what, "copy it to a disk, and name it there");
  }

  private tooLarge(): Error {
    this.abort.abort();
    return new BrokenOff(this.name, `more than ${this.bounds.bytes} bytes`);
  }

  private broken(error: unknown): never {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const isLate = cause instanceof Error && cause.name === "AbortError";
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    const broken = new BrokenOff(this.name, isLate ? "the server went silent" : code);
    this.passing = broken.message;
    throw broken;
  }
}
