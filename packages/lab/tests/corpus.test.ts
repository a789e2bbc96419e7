import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { rules } from "@xgt/p2m-tracker";
import { describe, expect, it } from "vitest";
import { readScenarios } from "../src/scenarios/scenario.ts";
import { FaultyLog } from "./faulty-log.ts";

const corpus = join(import.meta.dirname, "../../../corpus/lab");
const scenarios = await readScenarios();

/**
 * Marks of the captures that say more than their calls break by today's rules: what a fault leaves mapped, the program
 * unmaps before it goes on, so that the rule has it as information.
 */
const MADE_GOOD: Readonly<Record<string, string>> = {
  "unmap-noop": "G21",
  "unmap-elsewhere": "G22",
  "cleared-but-mapped": "G07",
  "remove-peer-grant": "G27",
  "partial-batch": "G43",
};

/** Marks that say less: remove-ignored maps over a grant-table frame that is still there. */
const RULES_SINCE: Readonly<Record<string, readonly string[]>> = { "remove-ignored": ["G26", "G46"] };

describe("logs that the lab captured", () => {
  for (const xen of readdirSync(corpus).filter((name) => /^[0-9.]+$/.test(name))) {
    for (const file of readdirSync(join(corpus, xen)).sort()) {
      it(`${xen}/${file}: each wrong call or DMA is found by its rules, and nothing else is`, async () => {
        const scenario = scenarios.find(({ name }) => file.startsWith(`${name}.ndjson`));
        const log = await FaultyLog.read(join(corpus, xen, file), RULES_SINCE, MADE_GOOD);
        expect(log.rulesFound()).toEqual(log.rulesExpected());
        for (const { title, calls } of log.faults) expect(calls, title).toBeLessThanOrEqual(1);
        const rules = new Set(log.faults.flatMap(({ expected }) => expected));
        expect([...rules].sort()).toEqual([...(scenario?.expected ?? ["no such scenario"])].sort());
      });
    }
  }

  it("cover every scenario on both releases", () => {
    for (const xen of ["4.17", "4.20"]) {
      const files = readdirSync(join(corpus, xen));
      for (const { name } of scenarios) {
        const captured = files.some((file) => file.startsWith(`${name}.ndjson`));
        expect(captured, `${xen}/${name}`).toBe(true);
      }
    }
  });

  // Without such lines G13, G41 and H18 are undecided: the healthy guests would not have been held against them.
  it.each(["dma", "grant-loopback", "grant-partial", "memory-pressure"])(
    "of %s hold each grant entry that a healthy kernel writes, and its end",
    (name) => {
      for (const xen of ["4.17", "4.20"]) {
        const text = gunzipSync(readFileSync(join(corpus, xen, `${name}.ndjson.gz`))).toString("utf8");
        const live = new Set<string>();
        let grants = 0;
        for (const [, ev, ref] of text.matchAll(/"ev":"(grant|ungrant)",.*"ref":(\d+)/g)) {
          if (ev === "grant") {
            expect(live).not.toContain(ref);
            live.add(ref);
            grants++;
          } else expect(live.delete(ref), `ref ${ref}`).toBe(true);
        }
        expect(grants).toBeGreaterThan(10);
        expect([...live]).toEqual([]);
        expect(text).not.toContain('"ev":"lost"');
      }
    },
  );

  it("break every rule about the guest, but for those that the README gives a reason for", () => {
    const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
    const broken = new Set(scenarios.flatMap(({ expected }) => expected));
    const left = rules.filter(({ id }) => id.startsWith("G") && !broken.has(id));
    const named = [...readme.matchAll(/^\| (G\d\d \S+) \|/gm)].map((row) => row[1]);
    expect(named).toEqual(left.map(({ id, name }) => `${id} ${name}`));
  });

  it("have their provenance beside them", () => {
    const text = readFileSync(join(corpus, "README.md"), "utf8");
    for (const { name } of scenarios) expect(text).toContain(`\`${name}\``);
  });
});
