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
});
