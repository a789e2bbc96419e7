import { setTimeout as sleep } from "node:timers/promises";
import { type ByteInput, LogOpenError } from "@xgt/hypercall-log";
import { askServer, type HttpAnswer, refuseStatus } from "./http-answer.ts";
import { type LogStamp, sizeOf, stampChange, stampOfHeaders } from "./log-stamp.ts";

/** What a server may make its reader wait for and take. */
export interface HttpBounds {
  /** Milliseconds until the first of its answer. */
  readonly answerMs: number;
  /** Milliseconds until it says which state a log is in. */
  readonly stateMs: number;
  /** Milliseconds between two pieces. */
  readonly pieceMs: number;
  /** Milliseconds for all of it. */
  readonly wholeMs: number;
  /** Bytes of the log as it comes. */
  readonly bytes: number;
  /** Times that it is asked for from where it broke off. */
  readonly resumes: number;
  /** Milliseconds before the first of them; twice as long before each further one. */
  readonly resumeMs: number;
}

/** A log that a server gives. */
export interface RemoteInput extends ByteInput {
  /** Which state of the log it is. */
  readonly stamp: LogStamp;
  /** Why it broke off and may be whole at another try; undefined: it did not. */
  readonly passing: string | undefined;
}

/** Milliseconds that a log must be older than its server's answer for the second of its date to tell it from any other state. */
const DATE_TELLS_MS = 60_000;

/**
 * Asks a server for a log. One that breaks off is asked for again from there, where the server can tell that it is the same one.
 * Throws LogOpenError, or PassingError where the same may go well later.
 * @param request Makes the request; once more for each time that it is asked for, as signatures grow old.
 * @param name What messages call it.
 */
export async function openHttpInput(
  request: () => Promise<Request>,
  name: string,
  bounds: HttpBounds,
): Promise<RemoteInput> {
  const answer = await askServer(await request(), name, bounds.answerMs);
  try {
    refuseStatus(answer.response, name);
    return new HttpInput(answer, request, name, bounds);
  } catch (error) {
    answer.abort.abort();
    throw error;
  }
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
  readonly stamp: LogStamp;
  position = 0;
  passing: string | undefined;
  private readonly request: () => Promise<Request>;
  private readonly name: string;
  private readonly bounds: HttpBounds;
  /** What a server tells this state of the log by; null: nothing that is sure. */
  private readonly validator: string | null;
  private answer: HttpAnswer;
  private resumes = 0;
  private isClosed = false;

  constructor(answer: HttpAnswer, request: () => Promise<Request>, name: string, bounds: HttpBounds) {
    const { headers } = answer.response;
    this.size = sizeOf(headers);
    this.stamp = stampOfHeaders(headers);
    this.validator = validatorOf(headers);
    this.answer = answer;
    this.request = request;
    this.name = name;
    this.bounds = bounds;
    this.refuseSize(this.size ?? 0);
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const end = performance.now() + this.bounds.wholeMs;
    for (;;) {
      try {
        yield* this.pieces(end);
        return;
      } catch (error) {
        if (!(error instanceof BrokenOff) || !(await this.resumed(end))) throw error;
        this.passing = undefined;
      }
    }
  }

  async reopen(): Promise<null> {
    return null;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.answer.abort.abort();
  }

  /** What comes of the present answer. */
  private async *pieces(end: number): AsyncGenerator<Uint8Array> {
    const { response, abort } = this.answer;
    const reader = response.body?.getReader();
    if (reader === undefined) return;
    for (;;) {
      const left = Math.min(this.bounds.pieceMs, end - performance.now());
      const timer = setTimeout(() => abort.abort(), Math.max(0, left));
      const piece = await reader.read().catch((error: unknown) => this.broken(error));
      clearTimeout(timer);
      if (piece.done) return;
      this.position += piece.value.length;
      if (this.position > this.bounds.bytes) throw this.tooLarge();
      yield piece.value;
    }
  }

  /** Whether the rest comes: asks for it, with pauses, while the server does not answer. */
  private async resumed(end: number): Promise<boolean> {
    if (this.validator === null || this.position > this.bounds.bytes) return false;
    while (this.resumes < this.bounds.resumes) {
      const pause = this.bounds.resumeMs * 2 ** this.resumes++;
      if (this.isClosed || performance.now() + pause >= end) return false;
      await sleep(pause);
      const answer = await this.askForRest(this.validator);
      if (answer === null) continue;
      const isRest = this.isRest(answer.response);
      if (isRest) this.answer = answer;
      else answer.abort.abort();
      return isRest;
    }
    return false;
  }

  /** Null: the server does not answer now. */
  private async askForRest(validator: string): Promise<HttpAnswer | null> {
    const request = new Request(await this.request());
    request.headers.set("range", `bytes=${this.position}-`);
    request.headers.set("if-range", validator);
    const answer = await askServer(request, this.name, this.bounds.answerMs).catch(() => null);
    if (answer === null || answer.response.status < 500) return answer;
    answer.abort.abort();
    return null;
  }

  /** Whether an answer is the rest of what came so far, and not of another state of the log. */
  private isRest({ status, headers }: Response): boolean {
    const range = /^bytes ([0-9]+)-[0-9]+\/([0-9]+|\*)$/.exec(headers.get("content-range") ?? "");
    if (status !== 206 || range?.[1] !== String(this.position)) return false;
    const size = range[2] === "*" ? {} : { size: Number(range[2]) };
    return stampChange(this.stamp, { ...stampOfHeaders(headers), size: undefined, ...size }) === null;
  }

  private refuseSize(bytes: number): void {
    if (bytes <= this.bounds.bytes) return;
    const what = `is larger than ${this.bounds.bytes} bytes`;
    throw new LogOpenError("unreadable", this.name, what, "copy it to a disk, and name it there");
  }

  private tooLarge(): Error {
    this.answer.abort.abort();
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

/** What `If-Range` may hold: a strong ETag, or a date that is old enough. Null: neither. */
function validatorOf(headers: Headers): string | null {
  // What was packed for the way has other offsets than what comes of it.
  if ((headers.get("content-encoding") ?? "identity") !== "identity") return null;
  const etag = headers.get("etag");
  if (etag !== null && !etag.startsWith("W/")) return etag;
  const modified = headers.get("last-modified");
  const age = Date.parse(headers.get("date") ?? "") - Date.parse(modified ?? "");
  return age >= DATE_TELLS_MS ? modified : null;
}
