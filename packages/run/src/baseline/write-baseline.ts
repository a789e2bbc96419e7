import { type Cause, causeKey, type JsonValue, jsonText } from "@xgt/findings";
import { BASELINE_VERSION, type Baseline } from "./baseline.ts";

/** The reason of what nobody has looked at yet. */
const NEW_REASON = "as it was found; say here why it is accepted";

/** Causes as a file of accepted findings; `before` gives reasons that stand already. Pieces of text. */
export function* writeBaseline(causes: Iterable<Cause>, before: Baseline | null): Generator<string> {
  const reasons = new Map(before?.accepted.map(({ cause, reason }) => [causeKey(cause), reason]));
  const accepted = [...causes].map((cause) =>
    acceptedEntry(cause, reasons.get(causeKey(cause)) ?? NEW_REASON),
  );
  yield `{"version":${BASELINE_VERSION},\n"accepted":[`;
  for (const [at, entry] of accepted.entries()) {
    yield at === 0 ? "\n " : ",\n ";
    yield* jsonText(entry, " ");
  }
  yield "]}\n";
}

/** An accepted cause as the file has it. */
export function acceptedEntry(cause: Cause, reason: string): { readonly [name: string]: JsonValue } {
  const { rule, name, severity, domid, operation, causedBy, comm, frame } = cause;
  return { rule, name, severity, domid, operation, caused_by: causedBy, comm, frame, reason };
}
