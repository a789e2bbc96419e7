import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { shortWay } from "./short-way.ts";

const OPERATIONS = 100_000;
/** Part of a healthy log's rows that must not need the rules one by one: each of the others costs as much as ten. */
const SHARE_LEAST = 0.995;
const root = join(import.meta.dirname, "../..");

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

function made(...options: readonly string[]): AsyncIterable<Uint8Array> {
  const make = ["tools/run-ts.mjs", "tools/make-log.ts", "--operations", `${OPERATIONS}`, ...options];
  const text = execFileSync(process.execPath, make, {
    cwd: root,
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return once(text);
}

describe("what takes the short way", () => {
  it.each(["ftrace", "ndjson"])(
    "is nearly all of a healthy log, %s",
    { timeout: 120_000 },
    async (format) => {
      const { rows, passed, refusals } = await shortWay("-", made("--format", format));
      expect(passed / rows, JSON.stringify(refusals)).toBeGreaterThan(SHARE_LEAST);
      // The module looks at a row once before TypeScript does: it left few to it.
      expect(refusals.reduce((sum, { byModule }) => sum + byModule, 0)).toBeLessThan(
        (1 - SHARE_LEAST) * rows,
      );
    },
  );

  it("and what does not are all rows, by why", { timeout: 120_000 }, async () => {
    const options = ["--format", "ndjson", "--faults", "20"];
    const { rows, passed, refusals } = await shortWay("-", made(...options));
    expect(refusals.reduce((sum, { byPath }) => sum + byPath, 0)).toBe(rows - passed);
    const pages = refusals.find(({ reason }) => reason.includes("page of a DMA"));
    expect(pages?.byPath).toBeGreaterThan(100);
  });
});
