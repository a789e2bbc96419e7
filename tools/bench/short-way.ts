import { type EventBatch, openLog, StringTable } from "@xgt/hypercall-log";
import { type Refusal, Replay } from "@xgt/p2m-tracker";
import { loadDomains } from "@xgt/run";

/** What a replay of a log did with its rows. */
interface ShortWay {
  readonly rows: number;
  /** Rows that took the short way. */
  readonly passed: number;
  readonly refusals: readonly Refusal[];
}

/**
 * Replays a log.
 * @param stdin What a log named `-` holds.
 * @param domains File of its domains; absent: it says itself which there are.
 */
export async function shortWay(
  path: string,
  stdin?: AsyncIterable<Uint8Array>,
  domains?: string,
): Promise<ShortWay> {
  const strings = new StringTable();
  const log = await openLog(path, stdin === undefined ? { strings } : { strings, stdin });
  const spec = domains === undefined ? null : (await loadDomains(domains)).spec;
  let passed = 0;
  const observer = {
    passed(_batch: EventBatch, first: number, end: number): void {
      passed += end - first;
    },
  };
  const sources = [{ path, placeUnit: "line" as const }];
  const replay = new Replay({ header: log.header, spec, strings, sources }, { observers: [observer] });
  let rows = 0;
  for await (const batch of log.batches()) {
    rows += batch.length;
    replay.feed(batch);
  }
  replay.finish();
  return { rows, passed, refusals: replay.refusals };
}
