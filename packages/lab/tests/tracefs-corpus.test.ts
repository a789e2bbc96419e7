import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readScenarios } from "../src/scenarios/scenario.ts";
import { contentOf, rulesOf, runOf } from "./log-content.ts";

const corpus = join(import.meta.dirname, "../../../corpus/lab-tracefs");
const scenarios = await readScenarios();

const rulesFound = async (module: string, paths: readonly string[]) => rulesOf(await runOf(module, paths));

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
