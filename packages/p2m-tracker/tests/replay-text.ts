import type { Finding } from "@xgt/findings";
import { type LogHeader, openLog, StringTable } from "@xgt/hypercall-log";
import {
  Replay,
  type ReplayObserver,
  type ReplayOptions,
  type ReplayResult,
  replayBatches,
} from "../src/index.ts";

/** A replay of one log given as text. */
export interface TextReplay {
  readonly replay: Replay;
  /** What the replay counted, and all that it found. */
  readonly result: ReplayResult & { readonly findings: readonly Finding[] };
  readonly header: LogHeader | null;
  readonly problems: readonly string[];
}

/** Keeps everything that is found. */
class AllFindings implements ReplayObserver {
  readonly list: Finding[] = [];

  finding(finding: Finding): void {
    this.list.push(finding);
  }
}

/** Replays a log given as text. */
export async function replayText(text: string, options: ReplayOptions = {}): Promise<TextReplay> {
  const strings = new StringTable();
  const log = await openLog("-", { strings, stdin: once(new TextEncoder().encode(text)) });
  const sources = [{ path: "log", placeUnit: log.placeUnit }];
  const found = new AllFindings();
  const observers = [...(options.observers ?? []), found];
  const { replay, result } = await replayBatches(log.batches(), () => {
    return new Replay({ header: log.header, spec: null, strings, sources }, { ...options, observers });
  });
  const problems = log.stats.problems.map((problem) => `${problem.place}: ${problem.message}`);
  return { replay, result: { ...result, findings: found.list }, header: log.header, problems };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
