import { gunzipSync, gzipSync } from "node:zlib";
import { FleetError } from "../fleet-error.ts";
import { PART_BYTES_MAX } from "../limits.ts";
import type { RunSummary } from "../summary/run-summary.ts";
import { readSummaries } from "../summary/summary-lines.ts";

/** Lines of summaries as they are kept. The same lines in any order are the same bytes. */
export function packSummaries(lines: readonly string[]): Buffer {
  return gzipSync([...lines].sort().join(""));
}

/** The summaries of a part's bytes, which hold so many runs. Throws FleetError. */
export async function* unpackSummaries(
  bytes: Uint8Array,
  runs: number,
  where: string,
): AsyncGenerator<RunSummary> {
  let text: string;
  try {
    text = gunzipSync(bytes, { maxOutputLength: PART_BYTES_MAX }).toString();
  } catch {
    throw new FleetError(`${where}: the summaries are damaged`);
  }
  let count = 0;
  for await (const summary of summariesOfText(text, where)) {
    count++;
    yield summary;
  }
  if (count !== runs) throw new FleetError(`${where}: the summaries are damaged: ${count} of ${runs} runs`);
}

/** The summaries of some lines. Throws FleetError. */
export function summariesOfText(text: string, where: string): AsyncGenerator<RunSummary> {
  const pieces = (async function* () {
    yield text;
  })();
  return readSummaries(pieces, where);
}
