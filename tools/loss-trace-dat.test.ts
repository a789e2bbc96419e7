import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { readTraceDatFile } from "../packages/hypercall-log/src/formats/trace-dat/trace-dat-file.ts";
import { openLog } from "../packages/hypercall-log/src/index.ts";
import { traceDat7 } from "../packages/hypercall-log/tests/trace-dat-writer.ts";
import { incompletenessOf, replayRun } from "../packages/run/src/index.ts";

// A ring buffer that is too small loses whole pages: each page of a healthy run's trace.dat in turn, with and without the
// kernel's flag for it in the page behind.
const run = join(import.meta.dirname, "../corpus/lab-tools/4.20/grant-loopback");
const folder = mkdtempSync(join(tmpdir(), "xgt-loss-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = readTraceDatFile(gunzipSync(readFileSync(`${run}.trace.dat.gz`)), {
  problem: (offset, message) => expect([offset, message]).toEqual([]),
  skip: (reason) => expect(reason).toBe(""),
});
const { pageSize } = file.buffers[0];
/** Where a page's commit is, and its bit that says that events before it are missing (kernel/trace/ring_buffer.c@L6.12). */
const COMMIT_AT = 8;
const MISSED = 2 ** 31;

const pages = file.buffers.flatMap(({ cpu, pages }) =>
  Array.from({ length: pages.length / pageSize }, (_, page) => ({ cpu, page })),
);

/** The file without a page; `told`: the page behind it says so. */
function without(cpu: number, page: number, told: boolean): Buffer {
  const cpus = file.buffers.map((buffer) => {
    const all = Array.from({ length: buffer.pages.length / pageSize }, (_, i) =>
      Buffer.from(buffer.pages.subarray(i * pageSize, (i + 1) * pageSize)),
    );
    if (buffer.cpu !== cpu) return { ...buffer, pages: Buffer.concat(all) };
    const behind = all[page + 1];
    if (told) behind?.writeUInt32LE(behind.readUInt32LE(COMMIT_AT) + MISSED, COMMIT_AT);
    return { ...buffer, pages: Buffer.concat(all.filter((_, i) => i !== page)) };
  });
  return traceDat7({ ...file, pageSize, cpus });
}

async function replay(content: Buffer) {
  const path = join(folder, "trace.dat");
  writeFileSync(path, content);
  const module = await openLog(`${run}.ndjson.gz`);
  await module.close();
  const given = { spec: module.header ?? { domains: [], facts: [] }, notes: [] };
  const replayed = await replayRun({ paths: [path], given });
  expect(replayed.inputs[0].log.stats.problems).toEqual([]);
  const errors = replayed.findings.list.filter(({ severity }) => severity === "error");
  return { errors, ...incompletenessOf(replayed) };
}

describe.each(pages)("a healthy run's trace.dat without page $page of CPU $cpu", ({ cpu, page }) => {
  const isLast = !pages.some((other) => other.cpu === cpu && other.page === page + 1);

  it.skipIf(isLast)("that says so has lost something, and is certain of no error", async () => {
    const { errors, lost } = await replay(without(cpu, page, true));
    expect(lost).toBeGreaterThan(0);
    // What the other CPUs recorded meanwhile stands before the page that tells: it is put in doubt afterwards.
    for (const { certain, uncertainBecause } of errors) {
      expect(certain).toBe(false);
      expect(uncertainBecause).toContain("lost");
    }
  });
});

it("a healthy run's trace.dat that does not say what it lost has no certain error where a call lacks its other half", async () => {
  let shown = 0;
  for (const { cpu, page } of pages) {
    const { errors, halves } = await replay(without(cpu, page, false));
    // A page of whole calls leaves nothing that tells of it.
    if (halves === 0) continue;
    shown++;
    expect(errors.filter(({ certain }) => certain)).toEqual([]);
  }
  expect(shown).toBeGreaterThan(1);
});
