import { STAMP_CHARACTERS_MAX } from "../limits.ts";

/** What tells one state of a log from another without reading it. A member is absent where nobody says it. Plain data. */
export interface LogStamp {
  /** A server's own name of this state, "5d8c72a5". */
  readonly etag?: string | undefined;
  /** When it was written: seconds since 1970 of a file, a date as a server gives it. */
  readonly modified?: string | undefined;
  /** Bytes. */
  readonly size?: number | undefined;
}

/** What has changed between two states of a log, in words; null: nothing that is known of both. */
export function stampChange(before: LogStamp, now: LogStamp): string | null {
  const sizes = changeOf("bytes", before.size, now.size);
  if (sizes !== null) return sizes;
  // The same state may come from two servers, with two dates.
  if (before.etag !== undefined && now.etag !== undefined) return changeOf("ETag", before.etag, now.etag);
  return before.modified === undefined || now.modified === undefined || before.modified === now.modified
    ? null
    : "it was written anew";
}

/** The state of what a server answers with. */
export function stampOfHeaders(headers: Headers): LogStamp {
  const etag = headers.get("etag");
  const modified = headers.get("last-modified");
  const size = sizeOf(headers);
  return {
    ...(etag !== null && { etag: etag.slice(0, STAMP_CHARACTERS_MAX) }),
    ...(modified !== null && { modified: modified.slice(0, STAMP_CHARACTERS_MAX) }),
    ...(size !== undefined && { size }),
  };
}

/** The state of a log whose first byte a server was asked for; null: it answers otherwise. */
export function stampOfFirstByte({ status, headers }: Pick<Response, "status" | "headers">): LogStamp | null {
  const range = headers.get("content-range") ?? "";
  const { size: _, ...stamp } = stampOfHeaders(headers);
  // An empty log has no first byte.
  if (status === 416 && range === "bytes */0") return { ...stamp, size: 0 };
  if (status !== 206) return null;
  const size = /^bytes 0-0\/([0-9]{1,15})$/.exec(range)?.[1];
  return size === undefined ? stamp : { ...stamp, size: Number(size) };
}

/** Bytes that a server says it gives; undefined: it does not say so. */
export function sizeOf(headers: Headers): number | undefined {
  const length = headers.get("content-length") ?? "";
  return /^[0-9]{1,15}$/.test(length) ? Number(length) : undefined;
}

/** The state of a file. In seconds, for some mounts have no more, and one machine may see the file over another mount than the next. */
export function stampOfFile({
  mtimeMs,
  size,
}: {
  readonly mtimeMs: number;
  readonly size: number;
}): LogStamp {
  return { modified: String(Math.floor(mtimeMs / 1_000)), size };
}

function changeOf(
  what: string,
  before: string | number | undefined,
  now: string | number | undefined,
): string | null {
  if (before === undefined || now === undefined || before === now) return null;
  return `${what} ${before} then, ${now} now`;
}
