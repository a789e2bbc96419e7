import type { FtraceEventName } from "../probes/ftrace-event-names.ts";
import type { FtraceFields, ListPart } from "../probes/ftrace-fields.ts";

/** What a call's line of a known layout says, in the order in which its values lie in what the templates give. */
export interface CallLayout {
  readonly name: FtraceEventName;
  /** Two words each. */
  readonly scalars: readonly number[];
  /** How many words, a word of no meaning, then two for each. */
  readonly arrays: readonly ListPart[];
}

/** Puts the values that templates read of a call's line, in `words` from `from` on, into `fields`. */
export function fillFields(fields: FtraceFields, layout: CallLayout, words: Int32Array, from: number): void {
  fields.clear();
  let at = from;
  for (const scalar of layout.scalars) {
    fields.set(scalar, words[at], words[at + 1]);
    at += 2;
  }
  for (const { list, chunk } of layout.arrays) {
    const size = words[at];
    fields[list].put(chunk, words, at + 2, size);
    at += 2 + 2 * size;
  }
}
