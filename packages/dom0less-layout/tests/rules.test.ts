import { describe, expect, test } from "vitest";
import { checkLayout, exampleInput, type LayoutExample, layoutRules } from "../src/index.ts";
import { readDts } from "../src/tree/read-dts.ts";
import { dtc, dtcInstalled } from "./dtc.ts";

function findingsOf(id: string, example: LayoutExample) {
  return checkLayout(exampleInput(example)).findings.filter((finding) => finding.rule === id);
}

function sources(example: LayoutExample): string[] {
  return [example.host, ...Object.values(example.modules).filter((content) => typeof content === "string")];
}

describe("the catalogue", () => {
  test("has ids and names of its own, in order", () => {
    const ids = layoutRules.map((rule) => rule.id);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(new Set(layoutRules.map((rule) => rule.name)).size).toBe(layoutRules.length);
    expect(ids.slice(0, 30)).toEqual(
      Array.from({ length: 30 }, (_, i) => `L${String(i + 1).padStart(2, "0")}`),
    );
  });
});

for (const rule of layoutRules) {
  describe(`${rule.id} ${rule.name}`, () => {
    test("is silent on its passing example", () => {
      expect(findingsOf(rule.id, rule.passing).map((finding) => finding.message)).toEqual([]);
    });

    test("speaks on its failing example, with a place", () => {
      const findings = findingsOf(rule.id, rule.failing);
      expect(findings.length).toBeGreaterThan(0);
      const ends = { panic: "(Xen panics at boot)", silent: "(Xen says nothing)", advice: "" };
      expect(rule.id === "L27" || findings.some(({ message }) => message.endsWith(ends[rule.outcome]))).toBe(
        true,
      );
      expect(findings[0].location?.path).toMatch(/\.dts$|boot\.log$/);
      expect(findings[0].location?.place).toBeGreaterThan(0);
      expect(findings.some((finding) => finding.severity === rule.severity || rule.id === "L27")).toBe(true);
    });

    test("its passing example breaks no other rule", () => {
      const errors = checkLayout(exampleInput(rule.passing)).findings.filter((f) => f.severity === "error");
      // An old release brings its own troubles.
      expect(errors.map((finding) => `${finding.rule}: ${finding.message}`)).toEqual([]);
    });

    test("says what, why, consequence and fix, and where Xen does it", () => {
      for (const text of [rule.what, rule.why, rule.consequence, rule.fix])
        expect(text).toMatch(/^\S.*[.)]$/s);
      expect(rule.source).toMatch(/@(4\.\d+|master|\d)/);
      expect(rule.outcome === "advice").toBe(rule.severity === "info");
    });

    test("its examples are whole source files", () => {
      for (const text of [...sources(rule.passing), ...sources(rule.failing)]) {
        expect(readDts(text, "example.dts").problems).toEqual([]);
      }
    });

    test.skipIf(!dtcInstalled)("dtc accepts its examples", () => {
      for (const text of [...sources(rule.passing), ...sources(rule.failing)]) {
        expect(dtc("dts", "dtb", text).length).toBeGreaterThan(0);
      }
    });
  });
}
