import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type ByteInput, LogOpenError, openError, openFileInput } from "@xgt/hypercall-log";
import { REMOTE_BOUNDS } from "../limits.ts";
import { askServer, refuseStatus } from "./http-answer.ts";
import { type HttpBounds, openHttpInput, type RemoteInput } from "./http-input.ts";
import { type LogStamp, stampChange, stampOfFile, stampOfFirstByte, stampOfHeaders } from "./log-stamp.ts";
import { PassingError } from "./passing-error.ts";
import { isBelowFolder, isBelowS3, isBelowUrl, isRemote } from "./place-roots.ts";
import { type HttpMethod, s3Request } from "./s3-request.ts";

/** Answers of servers that take no HEAD, or whose URLs are signed for GET alone. */
const HEAD_REFUSED = new Set([403, 405, 501]);

/** Where the names of a run's files lead. Plain data that can be handed to another thread. */
export interface LogPlaces {
  /** Folder that names are relative to. */
  readonly base: string;
  /** Folders and URLs that alone may be read from; null: everything may. */
  readonly roots: readonly string[] | null;
  /** States in which files must be, by their names; absent, or not of a name: in any. */
  readonly expected?: Readonly<Record<string, LogStamp>>;
}

/** Opens the files of a run by the names that its manifest gives them: paths, file:, http:, https: and s3: URLs. */
export class PlaceOpener {
  private readonly places: LogPlaces;
  private readonly bounds: HttpBounds;
  private readonly failures: string[] = [];
  private readonly opened: RemoteInput[] = [];

  /** `bounds`: of what other machines give. */
  constructor(places: LogPlaces, bounds: HttpBounds = REMOTE_BOUNDS) {
    this.places = places;
    this.bounds = bounds;
  }

  /** What went wrong so far that may go well at another try; undefined: nothing. */
  get passing(): string | undefined {
    return this.failures[0] ?? this.opened.find(({ passing }) => passing !== undefined)?.passing;
  }

  /** Opens what a name stands for. Throws LogOpenError, which calls it by its name. */
  async open(name: string): Promise<ByteInput> {
    if (!isRemote(name)) {
      const { path, stamp } = await this.fileOf(name);
      this.refuseChange(name, stamp);
      return openFileInput(path, name);
    }
    try {
      const input = await openHttpInput(() => this.requestOf(name, "GET"), name, this.bounds);
      this.opened.push(input);
      this.refuseChange(name, input.stamp);
      return input;
    } catch (error) {
      if (!(error instanceof PassingError)) throw error;
      this.failures.push(error.message);
      throw new LogOpenError("unreadable", name, error.message.slice(`${name}: `.length), "try again later");
    }
  }

  /** Which state something is in, without reading it. Throws LogOpenError, or PassingError where nobody can tell now. */
  async stamp(name: string): Promise<LogStamp> {
    if (!isRemote(name)) return (await this.fileOf(name)).stamp;
    const head = await this.headers(await this.requestOf(name, "HEAD"), name);
    if (!HEAD_REFUSED.has(head.status)) {
      refuseStatus(head, name);
      return stampOfHeaders(head.headers);
    }
    const request = new Request(await this.requestOf(name, "GET"));
    request.headers.set("range", "bytes=0-0");
    const first = await this.headers(request, name);
    const stamp = stampOfFirstByte(first);
    if (stamp !== null) return stamp;
    // A server that gives no parts answers with all of it, of which nothing is read.
    refuseStatus(first, name);
    return stampOfHeaders(first.headers);
  }

  /** What a server answers, of which no more than the headers is taken. */
  private async headers(request: Request, name: string): Promise<Response> {
    const { response, abort } = await askServer(request, name, this.bounds.stateMs);
    abort.abort();
    return response;
  }

  private expectedOf(name: string): LogStamp | undefined {
    const { expected } = this.places;
    return expected !== undefined && Object.hasOwn(expected, name) ? expected[name] : undefined;
  }

  private refuseChange(name: string, now: LogStamp): void {
    const expected = this.expectedOf(name);
    const change = expected === undefined ? null : stampChange(expected, now);
    if (change === null) return;
    const what = `has changed since the fleet began (${change})`;
    throw new LogOpenError("unreadable", name, what, "a new fleet takes it as it is now");
  }

  private async requestOf(name: string, method: HttpMethod): Promise<Request> {
    const { roots } = this.places;
    if (/^s3:/i.test(name)) {
      if (roots !== null && !isBelowS3(roots, name)) throw outside(name);
      return s3Request(name, process.env, method);
    }
    const url = URL.canParse(name) ? new URL(name) : null;
    if (url === null || url.username !== "" || url.password !== "") {
      const advice = "write https://HOST/PATH, without a user";
      throw new LogOpenError("missing", name.replace(/\/\/.*@/, "//"), "is no URL of a log", advice);
    }
    if (roots !== null && !isBelowUrl(roots, url)) throw outside(name);
    return new Request(url, { method });
  }

  /** Path and state of a file. What is none may keep its reader waiting for ever, and gives nothing a second time. */
  private async fileOf(name: string): Promise<{ readonly path: string; readonly stamp: LogStamp }> {
    const path = await this.pathOf(name);
    const status = await stat(path).catch((error: unknown) => {
      throw openError(name, error);
    });
    if (status.isFile() || status.isDirectory()) return { path, stamp: stampOfFile(status) };
    const advice = "copy what it gives into a file";
    throw new LogOpenError("unreadable", name, "is no file, and a fleet reads nothing else", advice);
  }

  private async pathOf(name: string): Promise<string> {
    const { base, roots } = this.places;
    const path = name.startsWith("file:") ? pathOfUrl(name) : resolve(base, name);
    if (roots === null) return path;
    const folders = roots.filter((root) => !isRemote(root));
    // By its name first: what is outside is not even looked for.
    if (!isBelowFolder(folders, path)) throw outside(name);
    try {
      const real = await realpath(path);
      const realFolders = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
      if (isBelowFolder(realFolders, real)) return real;
    } catch (error) {
      throw openError(name, error);
    }
    throw outside(name);
  }
}

function pathOfUrl(name: string): string {
  try {
    return fileURLToPath(name);
  } catch {
    throw new LogOpenError("missing", name, "is no file: URL", "write file:///PATH");
  }
}

function outside(name: string): LogOpenError {
  const what = "lies outside of what this worker may read";
  return new LogOpenError("unreadable", name, what, "--root says what it may");
}
