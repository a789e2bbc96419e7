import type { Finding } from "@xgt/findings";
import { describe, expect, test } from "vitest";
import { rules } from "../src/index.ts";
import { replayText } from "./replay-text.ts";

/** Findings of a rule in a log; a rule that only explains others counts where it is named beside them. */
async function findingsOf(id: string, log: string): Promise<number> {
  const { result, problems } = await replayText(log);
  expect(problems).toEqual([]);
  return result.findings.filter((finding) => finding.rule === id || finding.also.includes(id)).length;
}

function isSame(one: Finding, other: Finding): boolean {
  return one.rule === other.rule && one.severity === other.severity && one.message === other.message;
}

describe("every rule of the catalogue", () => {
  test("has an id of its own, in order", () => {
    const ids = rules.map((rule) => rule.id);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(new Set(rules.map((rule) => rule.name)).size).toBe(rules.length);
  });

  for (const rule of rules) {
    describe(`${rule.id} ${rule.name}`, () => {
      test("is silent on its passing log", async () => {
        expect(await findingsOf(rule.id, rule.passing)).toBe(0);
      });
      test("speaks on its failing log", async () => {
        expect(await findingsOf(rule.id, rule.failing)).toBeGreaterThan(0);
      });
      const { repaired } = rule;
      if (repaired !== undefined)
        test("leaves no error and no warning where the guest makes it good", async () => {
          const { result, problems } = await replayText(repaired);
          expect(problems).toEqual([]);
          // A warning of another rule about the call itself stands in both logs.
          const before = (await replayText(rule.failing)).result.findings;
          const others = before.filter(
            (finding) => finding.severity === "warning" && finding.rule !== rule.id,
          );
          const bad = result.findings.filter(
            (finding) => finding.severity !== "info" && !others.some((other) => isSame(other, finding)),
          );
          expect(bad.map((finding) => `${finding.rule}: ${finding.message}`)).toEqual([]);
        });
      if (!rule.id.startsWith("I"))
        test("has a log in which the guest makes it good, or says why there is none", () => {
          expect([repaired, rule.beyondRepair].filter((text) => text !== undefined)).toHaveLength(1);
          if (rule.beyondRepair !== undefined) expect(rule.beyondRepair).toMatch(/^[A-Z].*\.$/s);
        });
      test("names what each verdict that is not certain rests on", async () => {
        for (const log of [rule.passing, rule.failing, ...(repaired === undefined ? [] : [repaired])]) {
          const { result } = await replayText(log);
          const open = result.findings.filter(({ certain }) => !certain);
          for (const finding of open)
            expect([finding.rule, finding.uncertainBecause]).not.toEqual([finding.rule, []]);
        }
      });
      test("says what, why, how to fix it and where Xen does it", () => {
        for (const text of [rule.what, rule.why, rule.fix]) expect(text).toMatch(/^[A-Z].*\.$/s);
        expect(rule.source).toMatch(/\S+\.[chS]:\w+.*@|@(master|\d)/);
      });
    });
  }
});
