import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DmaView, type EventBatch, EventKind, openLog, StringTable } from "@xgt/hypercall-log";
import { replayRun } from "@xgt/run";
import { describe, expect, it } from "vitest";
import { readScenarios } from "../src/scenarios/scenario.ts";

const corpus = join(import.meta.dirname, "../../../corpus/lab-tracefs");
const scenarios = await readScenarios();

const MEMORY_OP = 12;
const GRANT_TABLE_OP = 20;

/** What is compared of a log: its calls as "thread: hypercall.sub-op = result", and the DMAs that it maps. */
interface Content {
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

async function contentOf(path: string): Promise<Content> {
  const strings = new StringTable();
  const log = await openLog(path, { strings });
  const content = { calls: [] as string[], maps: [] as string[], times: [] as number[] };
  const open = new Map<number, string>();
  for await (const batch of log.batches()) {
    callsOf(batch, open, content.calls, content.times);
    mapsOf(batch, strings, content.maps);
  }
  expect(log.stats.problems).toEqual([]);
  expect([...log.stats.skipped]).toEqual([]);
  return { ...content, lost: log.stats.lost };
}

/** Warnings and errors of these logs together, with the domains of the log `module`. */
async function rulesFound(module: string, paths: readonly string[]): Promise<string[]> {
  const described = await openLog(module);
  await described.close();
  const { header } = described;
  const given = header === null ? null : { spec: header, notes: [] };
  const { findings } = await replayRun({ paths, given });
  return findings.list
    .filter(({ severity }) => severity !== "info")
    .map(({ rule }) => rule)
    .sort();
}

const pairs = readdirSync(corpus)
  .filter((name) => /^[0-9.]+$/.test(name))
  .flatMap((xen) =>
    readdirSync(join(corpus, xen))
      .filter((name) => !name.endsWith(".ndjson.gz"))
      .map((name) => ({ xen, name })),
  );

describe.each(pairs)("$xen/$name", ({ xen, name }) => {
  const second = join(corpus, xen, name);
  const module = second.replace(/\.(ftrace\.txt|trace\.dat)\.gz$/, ".ndjson.gz");
  const scenario = scenarios.find((one) => name.startsWith(`${one.name}.`));

  it("holds the hypercalls that the module's log of the same run holds, with the same results", async () => {
    const mine = await contentOf(second);
    const theirs = await contentOf(module);
    expect(mine.lost).toBe(0);
    // The module records before the second recorder begins.
    const from = theirs.times.findIndex((time) => time > mine.times[0] - 0.1);
    expect(mine.calls).toEqual(theirs.calls.slice(from));
    expect(mine.calls.length).toBeGreaterThan(0);
  });

  it("holds the DMA maps that the module's log holds, in their order", async () => {
    const mine = await contentOf(second);
    const theirs = await contentOf(module);
    const both = new Set(theirs.maps);
    const known = mine.maps.filter((map) => both.has(map));
    const granted = theirs.maps.filter((map) => map.startsWith("0000:"));
    expect(known.filter((map) => map.startsWith("0000:"))).toEqual(granted);
    expect(granted.length > 0).toBe(scenario?.needsDma === true);
  });

  it("shows no more alone than its scenario must show", async () => {
    const found = await rulesFound(module, [second]);
    for (const rule of found) expect(scenario?.expected).toContain(rule);
  });

  it("changes nothing of what the module's log shows", async () => {
    expect(await rulesFound(module, [module, second])).toEqual(await rulesFound(module, [module]));
  });
});

it("every release has a healthy run by each recorder", () => {
  for (const xen of ["4.17", "4.20"]) {
    for (const kind of ["kprobes.ftrace.txt", "trace-cmd.trace.dat"]) {
      expect(pairs).toContainEqual({ xen, name: `grant-loopback.${kind}.gz` });
    }
  }
});
