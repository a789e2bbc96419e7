import { type EventBatch, type LogHeader, openLog, StringTable } from "@xgt/hypercall-log";
import { Replay, type ReplayOptions, type ReplayResult } from "../src/index.ts";

/** A replay of one log given as text, the way the command line does it. */
export interface TextReplay {
  readonly replay: Replay;
  readonly result: ReplayResult;
  readonly header: LogHeader | null;
  readonly problems: readonly string[];
}

/** Replays a log given as text. */
export async function replayText(text: string, options: ReplayOptions = {}): Promise<TextReplay> {
  const strings = new StringTable();
  const log = await openLog("-", { strings, stdin: once(new TextEncoder().encode(text)) });
  const setup = { header: null, spec: null, strings, sources: [{ path: "log", placeUnit: log.placeUnit }] };
  let replay: Replay | undefined;
  for await (const batch of log.batches() as AsyncIterable<EventBatch>) {
    replay ??= new Replay({ ...setup, header: log.header }, options);
    replay.feed(batch);
  }
  replay ??= new Replay({ ...setup, header: log.header }, options);
  const problems = log.stats.problems.map((problem) => `${problem.place}: ${problem.message}`);
  return { replay, result: replay.finish(), header: log.header, problems };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
