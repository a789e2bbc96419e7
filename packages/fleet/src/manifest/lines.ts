import { FleetError } from "../fleet-error.ts";
import { LINE_CHARACTERS_MAX } from "../limits.ts";

/** A line, and its number from 1. */
export interface NumberedLine {
  readonly text: string;
  readonly number: number;
  /** The text ended without a line break here: it may be cut. */
  readonly isLast: boolean;
}

/** The lines of a text that comes in pieces. Throws FleetError for a line that is too long. */
export async function* linesOf(
  pieces: AsyncIterable<Uint8Array | string>,
  path: string,
): AsyncGenerator<NumberedLine> {
  const decoder = new TextDecoder();
  let rest = "";
  let number = 0;
  for await (const piece of pieces) {
    rest += typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
      yield { text: rest.slice(0, end), number: ++number, isLast: false };
      rest = rest.slice(end + 1);
    }
    if (rest.length > LINE_CHARACTERS_MAX) {
      throw new FleetError(`${path}:${number + 1}: longer than ${LINE_CHARACTERS_MAX} characters`);
    }
  }
  rest += decoder.decode();
  if (rest !== "") yield { text: rest, number: number + 1, isLast: true };
}
