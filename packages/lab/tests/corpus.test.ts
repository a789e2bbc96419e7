import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openLog, StringTable } from "@xgt/hypercall-log";
import { Replay } from "@xgt/p2m-tracker";
import { describe, expect, it } from "vitest";
import { readScenarios } from "../src/scenario.ts";

const corpus = join(import.meta.dirname, "../../../corpus/lab");
const scenarios = await readScenarios(join(import.meta.dirname, "../guest/scenarios"));

/** Rules of a log's warnings and errors. */
async function rulesFound(path: string): Promise<string[]> {
  const strings = new StringTable();
  const log = await openLog(path, { strings });
  const sources = [{ path, placeUnit: log.placeUnit }];
  let replay: Replay | undefined;
  for await (const batch of log.batches()) {
    replay ??= new Replay({ header: log.header, spec: null, strings, sources });
    replay.feed(batch);
  }
  await log.close();
  expect(log.stats.problems).toEqual([]);
  const findings = replay?.finish().findings ?? [];
  return [...new Set(findings.filter(({ severity }) => severity !== "info").map(({ rule }) => rule))].sort();
}

describe("logs that the lab captured", () => {
  for (const xen of readdirSync(corpus).filter((name) => /^[0-9.]+$/.test(name))) {
    for (const file of readdirSync(join(corpus, xen)).sort()) {
      it(`${xen}/${file} shows what its scenario must show, and nothing else`, async () => {
        const scenario = scenarios.find(({ name }) => file.startsWith(`${name}.ndjson`));
        expect(scenario, file).toBeDefined();
        expect(await rulesFound(join(corpus, xen, file))).toEqual([...(scenario?.expected ?? [])].sort());
      });
    }
  }

  it("cover every scenario, and every scenario without DMA on both releases", () => {
    for (const { name, needsDma } of scenarios) {
      const places = needsDma ? ["4.20"] : ["4.17", "4.20"];
      for (const xen of places) {
        const files = readdirSync(join(corpus, xen));
        expect(
          files.some((file) => file.startsWith(`${name}.ndjson`)),
          `${xen}/${name}`,
        ).toBe(true);
      }
    }
  });

  it("have their provenance beside them", () => {
    const text = readFileSync(join(corpus, "README.md"), "utf8");
    for (const { name } of scenarios) expect(text).toContain(`\`${name}\``);
  });
});
