import type { Finding, FindingsDocument } from "../src/index.ts";

/** A finding with every member set; `more` replaces some. */
export function finding(more: Partial<Finding> = {}): Finding {
  return {
    rule: "G44",
    name: "dma-to-hole",
    severity: "error",
    certain: true,
    uncertainBecause: [],
    domid: 0,
    event: 17,
    time: 14.698072,
    gfn: 0x107fd0,
    count: 1,
    busMfn: 0xc78ea,
    expectedMfn: null,
    causeEvent: 12,
    also: ["G18"],
    message: "the device uses a gfn that holds no frame",
    fix: "Populate the gfn first.",
    location: { path: "trace.txt", place: 17, unit: "line" },
    notes: [
      {
        message: "unmap_grant_ref by dmag",
        event: 12,
        location: { path: "hvclog.jsonl", place: 8, unit: "line" },
      },
    ],
    occurrences: 1,
    lastEvent: 17,
    lastLocation: { path: "trace.txt", place: 17, unit: "line" },
    ...more,
  };
}

/** A document with these findings, counted. */
export function document(
  findings: readonly Finding[],
  more: Partial<FindingsDocument> = {},
): FindingsDocument {
  const count = (severity: string) => findings.filter((entry) => entry.severity === severity).length;
  return {
    subject: "run.jsonl",
    tables: [{ name: "inputs", row: "input", rows: [{ path: "run.jsonl", events: 20 }] }],
    findings,
    undecided: [],
    summary: { error: count("error"), warning: count("warning"), info: count("info"), indeterminate: 0 },
    listings: [],
    remarks: [],
    ...more,
  };
}
