import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type EventBatch, openLog, StringTable } from "@xgt/hypercall-log";
import { Replay } from "@xgt/p2m-tracker";
import { describe, expect, it } from "vitest";

const OPERATIONS = 100_000;
/** Part of a healthy log's rows that must not need the rules one by one: each of the others costs as much as ten. */
const SHARE_LEAST = 0.995;
const root = join(import.meta.dirname, "../..");

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

describe.each(["ftrace", "ndjson"])("a healthy log, %s", (format) => {
  it("goes the short way, and what does not is counted by why", { timeout: 120_000 }, async () => {
    const make = [
      "tools/run-ts.mjs",
      "tools/make-log.ts",
      "--format",
      format,
      "--operations",
      `${OPERATIONS}`,
    ];
    const text = execFileSync(process.execPath, make, {
      cwd: root,
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const strings = new StringTable();
    const log = await openLog("-", { strings, stdin: once(text) });
    let passed = 0;
    const observer = {
      passed(_batch: EventBatch, first: number, end: number): void {
        passed += end - first;
      },
    };
    const sources = [{ path: "log", placeUnit: "line" as const }];
    const replay = new Replay(
      { header: log.header, spec: null, strings, sources },
      { observers: [observer] },
    );
    let rows = 0;
    for await (const batch of log.batches()) {
      rows += batch.length;
      replay.feed(batch);
    }
    replay.finish();
    const { refusals } = replay;
    expect(passed / rows, JSON.stringify(refusals)).toBeGreaterThan(SHARE_LEAST);
    expect(refusals.reduce((sum, { byPath }) => sum + byPath, 0)).toBe(rows - passed);
    // The module looks at a row once before TypeScript does: it left few to it.
    expect(refusals.reduce((sum, { byModule }) => sum + byModule, 0)).toBeLessThan((1 - SHARE_LEAST) * rows);
  });
});
