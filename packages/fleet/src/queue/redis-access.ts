import { FleetError } from "../fleet-error.ts";

/** Which Redis, and how it is reached. */
export interface RedisAccess {
  /** redis://USER:PASSWORD@HOST:PORT/DB, rediss:// with TLS, unix://USER:PASSWORD@/PATH?db=DB. */
  readonly url: string;
  /** Certificates (PEM) that the server's is held against; undefined: those that Node knows. */
  readonly ca: string | undefined;
}

/** The same, as the client takes it. */
export interface RedisOptions {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: { readonly servername?: string; readonly ca?: string };
}

const DEFAULT_PORT = 6379;

/** What the client needs to know. Throws FleetError, which never holds what the URL does: it may be a password. */
export function redisOptions({ url, ca }: RedisAccess): RedisOptions {
  const { isSocket, parts } = parsed(url);
  const { protocol, hostname, port, pathname, searchParams, username, password } = parts;
  const secrets = {
    ...(username !== "" && { username: decodeURIComponent(username) }),
    ...(password !== "" && { password: decodeURIComponent(password) }),
  };
  if (isSocket) {
    return { path: decodeURIComponent(pathname), db: databaseOf(searchParams.get("db") ?? ""), ...secrets };
  }
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    host: host === "" ? "127.0.0.1" : host,
    port: port === "" ? DEFAULT_PORT : Number(port),
    db: databaseOf(pathname.slice(1)),
    ...secrets,
    ...(protocol === "rediss:" && { tls: { ...(ca !== undefined && { ca }) } }),
  };
}

/** The URL without user, password and parameters, for messages. Throws FleetError. */
export function shownRedis({ url }: Pick<RedisAccess, "url">): string {
  const { isSocket, parts } = parsed(url);
  return isSocket ? `unix://${parts.pathname}` : `${parts.protocol}//${parts.host}${parts.pathname}`;
}

/** A URL's parts; of unix:// those of the same URL with a host, for a URL with a user must have one. */
function parsed(url: string): { readonly isSocket: boolean; readonly parts: URL } {
  const isSocket = url.startsWith("unix://");
  const text = isSocket ? url.replace(/^unix:\/\/([^/]*@)?\//, "redis://$1unix/") : url;
  let parts: URL | undefined;
  try {
    parts = new URL(text);
    decodeURIComponent(parts.username + parts.password + parts.pathname);
  } catch {
    parts = undefined;
  }
  if (parts !== undefined && ["redis:", "rediss:"].includes(parts.protocol)) return { isSocket, parts };
  throw new FleetError(
    "this is no URL of a Redis: redis://HOST:PORT, rediss://USER:PASSWORD@HOST:PORT, unix:///PATH",
  );
}

function databaseOf(text: string): number {
  if (/^[0-9]{0,5}$/.test(text)) return Number(text);
  throw new FleetError("the database of a Redis is a number, as in redis://HOST:PORT/1");
}
