import { beforeAll, describe, expect, it } from "vitest";
import { type Table, tableBytes, unpackTable } from "../src/columns/table.ts";
import { type TableName, type TableShape, tableShapes } from "../src/columns/table-shapes.ts";
import { budgetSteps, framesWithFindings, type PageContent } from "../src/write/fit-budget.ts";
import type { RecordedRun } from "../src/write/run-head.ts";
import { demoRun, record } from "./run-page.ts";

let run: RecordedRun;
let content: PageContent;

beforeAll(async () => {
  run = await record(demoRun.logs, demoRun.domains);
  const { events, changes, dma, releases, entries, marks, hits, texts } = run.recorder;
  content = {
    tables: { events, changes: changes.table, dma, releases, entries, marks, hits },
    texts: texts.packed(),
  };
});

function read(from: PageContent, name: TableName): Table<TableShape> {
  const { bytes, place } = tableBytes(from.tables[name]);
  const steps = unpackTable(tableShapes[name] as TableShape, bytes, place);
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

/** Values of a column for the rows of one frame, and for all others. */
function split(table: Table<TableShape>, column: string, gfn: number): { own: number[]; others: number[] } {
  const rows = Array.from(table[column], (value, row) => ({ value, isOwn: table.gfn[row] === gfn }));
  const values = (isOwn: boolean) => rows.filter((row) => row.isOwn === isOwn).map(({ value }) => value);
  return { own: values(true), others: values(false) };
}

describe("what a page that would be too large does without", () => {
  it("is told step by step, and never touches frames with a finding", () => {
    const keeps = (domid: number, gfn: number) => domid === 0 && gfn === 0xc1f96;
    const [handles, frames, texts, transfers] = budgetSteps;
    const before = split(read(content, "changes"), "handle", 0xc1f96);
    const noHandles = handles.apply(content, keeps);
    const after = split(read(noHandles, "changes"), "handle", 0xc1f96);
    expect(after.own).toEqual(before.own);
    expect(before.others.some((handle) => handle >= 0)).toBe(true);
    expect(after.others.every((handle) => handle === -1)).toBe(true);
    expect([...read(noHandles, "changes").gfn]).toEqual([...read(content, "changes").gfn]);
    expect(split(read(frames.apply(content, keeps), "changes"), "mfn", 0xc1f96).own).toContain(0xc78e6);
    expect(texts.apply(content, keeps).texts.length).toBe(0);
    const few = transfers.apply(content, keeps);
    expect(new Set(read(few, "dma").gfn)).toEqual(new Set([0xc1f96]));
    expect(read(few, "releases").event.length).toBe(read(few, "dma").event.length);
  });

  it("keeps the frames that errors and warnings are about", () => {
    const keeps = framesWithFindings(run.run.findings.list);
    expect(keeps(0, 0xc1f96, 1)).toBe(true);
    expect(keeps(0, 0xc1f90, 16)).toBe(true);
    expect(keeps(1, 0xc1f96, 1)).toBe(false);
    expect(keeps(0, 0xc1f97, 1)).toBe(false);
  });
});
