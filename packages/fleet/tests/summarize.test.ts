import { type Cause, type FindingsDocument, plainFinding } from "@xgt/findings";
import { describe, expect, it } from "vitest";
import { type FleetRun, summarize, summaryLine } from "../src/index.ts";

const run: FleetRun = {
  id: "a",
  logs: ["a.jsonl"],
  domains: undefined,
  xen: undefined,
  page: undefined,
  group: {},
};

/** A document of so many findings, each of a cause of its own; every tenth is an error. */
function documentOf(count: number, comm: (at: number) => string): FindingsDocument {
  const findings = Array.from({ length: count }, (_, at) => {
    const severity = at % 10 === 0 ? "error" : "info";
    const cause: Cause = {
      rule: "G44",
      name: "dma-to-hole",
      severity,
      domid: 0,
      operation: "DMA",
      causedBy: "",
      comm: comm(at),
      frame: "",
    };
    const rule = { id: "G44", name: "dma-to-hole", severity } as const;
    return plainFinding(rule, "the gfn holds no frame", { domid: 0, cause });
  });
  return {
    subject: "a.jsonl",
    tables: [],
    findings,
    undecided: [],
    summary: { error: 0, warning: 0, info: 0, indeterminate: 0 },
    listings: [],
    remarks: [],
  };
}

describe("the summary of a run", () => {
  it("counts what it has no room for, and keeps the worst", () => {
    const few = summarize(
      run,
      documentOf(100, (at) => `task-${at}`),
      1,
    );
    expect([few.causes.length, few.causesLeftOut]).toEqual([100, 0]);
    const many = summarize(
      run,
      documentOf(1_200, (at) => `task-${at}`),
      1,
    );
    expect([many.causes.length, many.causesLeftOut]).toEqual([1_000, 200]);
    const long = summarize(
      run,
      documentOf(900, (at) => `task-${at}-${"\u0001é".repeat(500)}`),
      1,
    );
    expect(Buffer.byteLength(summaryLine(long))).toBeLessThan(600_000);
    expect(long.causes.length + long.causesLeftOut).toBe(900);
    expect(long.causes.filter(({ cause }) => cause.severity === "error").length).toBe(90);
  });

  it("says where a cause came up first and last", () => {
    const document = documentOf(1, () => "task");
    const at = (place: number) => ({ path: "a.jsonl", place, unit: "line" }) as const;
    const places = [3, 9, 7].map((place) => ({
      ...document.findings[0],
      event: place,
      location: at(place),
      lastLocation: null,
    }));
    const [cause] = summarize(run, { ...document, findings: places }, 1).causes;
    expect([cause.findings, cause.first, cause.last]).toEqual([3, at(3), at(9)]);
    const repeated = { ...places[0], occurrences: 5, lastEvent: 20, lastLocation: at(20) };
    const [one] = summarize(run, { ...document, findings: [repeated] }, 1).causes;
    expect([one.findings, one.first, one.last]).toEqual([5, at(3), at(20)]);
    expect(summarize(run, { ...document, findings: places.slice(0, 1) }, 1).causes[0].last).toBeNull();
  });
});
