import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../packages/hypercall-abi/tests/mutate-headers.ts";
import { replayRun } from "../packages/run/src/index.ts";
import { lostRecord, thinLog } from "./thin-log.ts";

// The long run over all healthy logs of the lab: node tools/run-ts.mjs tools/loss-runs.ts
const corpus = join(import.meta.dirname, "../corpus/lab");
const logs = ["4.17/grant-loopback", "4.20/dma", "4.20/balloon"].map((name) => {
  return gunzipSync(readFileSync(join(corpus, `${name}.ndjson.gz`)))
    .toString("utf8")
    .trimEnd()
    .split("\n");
});

/** Errors of a replay of a thinned log, and whether it shows a call without its other half. */
async function replayThinned(log: readonly string[], seed: number, declared: boolean) {
  const bursts = seed % 2 === 1;
  const text = thinLog(
    log,
    { share: 0.1, bursts, lostLine: declared ? lostRecord : null },
    new SeededRandom(seed * 7919 + 1),
  );
  const stdin = (async function* () {
    yield new TextEncoder().encode(text);
  })();
  const { findings, result } = await replayRun({ paths: ["-"], given: null }, { stdin });
  const { entersWithoutExit, exitsWithoutEnter } = result.counters;
  const errors = findings.list.filter(({ severity }) => severity === "error");
  return { errors, unpaired: entersWithoutExit + exitsWithoutEnter > 0 };
}

describe("a healthy log with a tenth of its lines missing", () => {
  const seeds = [1, 2, 3, 4];

  it.each(seeds)("blames its guest for nothing where it says so, seed %i", async (seed) => {
    for (const log of logs) expect((await replayThinned(log, seed, true)).errors).toEqual([]);
  });

  it("has no certain error where a call lacks its other half", async () => {
    let shown = 0;
    for (const seed of seeds) {
      for (const log of logs) {
        const { errors, unpaired } = await replayThinned(log, seed, false);
        if (!unpaired) continue;
        shown++;
        expect(errors.filter(({ certain }) => certain)).toEqual([]);
      }
    }
    expect(shown).toBeGreaterThan(seeds.length);
  });
});
