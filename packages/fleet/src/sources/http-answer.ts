import { LogOpenError } from "@xgt/hypercall-log";
import { PassingError } from "./passing-error.ts";

/** A server's answer, and what ends it. */
export interface HttpAnswer {
  readonly response: Response;
  readonly abort: AbortController;
}

/** Answers that may be another one soon. */
const PASSING_STATUS = new Set([408, 425, 429]);
/** Answers that there is no such thing. */
const MISSING_STATUS = new Set([404, 410]);

/**
 * Asks a server. Redirects are not followed: they would lead out of what a worker may read, and hand on what the request holds. Throws
 * LogOpenError, or PassingError where the same may go well later.
 * @param name What messages call it.
 * @param answerMs Milliseconds until the first of its answer.
 */
export async function askServer(request: Request, name: string, answerMs: number): Promise<HttpAnswer> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), answerMs);
  // `fetch` adds it to one that asks for a range: twice would be another header than the one that is meant.
  if (!request.headers.has("range")) request.headers.set("accept-encoding", "identity");
  try {
    return { response: await fetch(request, { redirect: "manual", signal: abort.signal }), abort };
  } catch (error) {
    throw networkError(error, name);
  } finally {
    clearTimeout(timer);
  }
}

/** Throws where the answer is not the log. */
export function refuseStatus({ status, headers }: Response, name: string): void {
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
