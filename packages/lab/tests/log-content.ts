import { DmaView, type EventBatch, EventKind, openLog, StringTable } from "@xgt/hypercall-log";
import { type Run, replayRun } from "@xgt/run";
import { expect } from "vitest";

const MEMORY_OP = 12;
const GRANT_TABLE_OP = 20;

/** What is compared of a log: its calls as "thread: hypercall.sub-op = result", and the DMAs that it maps. */
export interface Content {
  readonly calls: readonly string[];
  readonly maps: readonly string[];
  readonly times: readonly number[];
  readonly lost: number;
}

function callsOf(batch: EventBatch, open: Map<number, string>, calls: string[], times: number[]): void {
  for (let row = 0; row < batch.length; row++) {
    if (batch.kind[row] === EventKind.enter) {
      // Probes at privcmd see other hypercalls too.
      if (batch.nr[row] !== MEMORY_OP && batch.nr[row] !== GRANT_TABLE_OP) continue;
      open.set(batch.call[row], `${batch.pid[row]}: ${batch.nr[row]}.${batch.cmd[row]}`);
    } else if (batch.kind[row] === EventKind.exit) {
      const call = open.get(batch.call[row]);
      if (call === undefined) continue;
      calls.push(`${call} = ${batch.ret[row]}`);
      times.push(batch.time[row]);
    }
  }
}

function mapsOf(batch: EventBatch, strings: StringTable, maps: string[]): void {
  const dma = new DmaView();
  for (let row = 0; row < batch.length; row++) {
    if (batch.kind[row] !== EventKind.dma) continue;
    dma.load(batch, row);
    if (dma.isUnmap) continue;
    const segments = dma.words.slice(dma.segmentsAt, dma.segmentsEnd);
    maps.push(`${strings.get(dma.dev)} ${dma.direction} ${segments.join(" ")}`);
  }
}

/** A log's content; it must be read without a problem and without anything left out but `skipped`. */
export async function contentOf(path: string, skipped: readonly string[] = []): Promise<Content> {
  const strings = new StringTable();
  const log = await openLog(path, { strings });
  const content = { calls: [] as string[], maps: [] as string[], times: [] as number[] };
  const open = new Map<number, string>();
  for await (const batch of log.batches()) {
    callsOf(batch, open, content.calls, content.times);
    mapsOf(batch, strings, content.maps);
  }
  expect(log.stats.problems).toEqual([]);
  expect([...log.stats.skipped.keys()].filter((reason) => !skipped.includes(reason))).toEqual([]);
  return { ...content, lost: log.stats.lost };
}

/** These logs together, with the domains that the log `module` names. */
export async function runOf(module: string, paths: readonly string[]): Promise<Run> {
  const described = await openLog(module);
  await described.close();
  const { header } = described;
  const given = header === null ? null : { spec: header, notes: [] };
  return replayRun({ paths, given });
}

/** Rules of a run's warnings and errors, as often as they are found. */
export function rulesOf({ findings }: Run): string[] {
  return findings.list
    .filter(({ severity }) => severity !== "info")
    .map(({ rule }) => rule)
    .sort();
}
