import type { Finding } from "@xgt/findings";
import { type PackedTable, packedTable, tableBytes, unpackTable } from "../columns/table.ts";
import { type TableName, type TableShape, type TableShapes, tableShapes } from "../columns/table-shapes.ts";

/** What a page is made of, before it is compressed. */
export interface PageContent {
  readonly tables: { readonly [name in TableName]: PackedTable<TableShapes[name]> };
  readonly texts: Uint8Array;
}

/** Something that a page does without where it would be too large. */
export interface BudgetStep {
  /** What is left out, as the page says it. */
  readonly what: string;
  /** The tables that it makes smaller; `texts`: the texts, too. */
  readonly touches: readonly (TableName | "texts")[];
  /** The content without it; `keeps` tells the frames of which everything stays. */
  apply(content: PageContent, keeps: FrameTest): PageContent;
}

/** Whether any of `count` frames from `gfn` on of a domain bears a finding. */
export type FrameTest = (domid: number, gfn: number, count: number) => boolean;

/** In this order. Findings, their causes and the whole stories of their frames are never left out. */
export const budgetSteps: readonly BudgetStep[] = [
  {
    what: "handles and refs of frames without a finding",
    touches: ["changes"],
    apply: (content, keeps) => withChanges(content, keeps, ["handle", "ref", "other"]),
  },
  {
    what: "the machine frames behind frames without a finding",
    touches: ["changes"],
    apply: (content, keeps) => withChanges(content, keeps, ["mfn"]),
  },
  { what: "the texts of calls", touches: ["events", "texts"], apply: withoutTexts },
  {
    what: "DMA and entries of the guest's own table of frames without a finding",
    touches: ["dma", "releases", "entries"],
    apply: withoutTransfers,
  },
];

/** The frames that findings are about. */
export function framesWithFindings(findings: readonly Finding[]): FrameTest {
  const ranges = findings.filter(({ gfn, severity }) => gfn !== null && severity !== "info");
  return (domid, gfn, count) =>
    ranges.some(
      (one) => one.domid === domid && (one.gfn ?? 0) < gfn + count && gfn < (one.gfn ?? 0) + one.count,
    );
}

/** Changes of which some columns say nothing where no finding is. */
function withChanges(
  content: PageContent,
  keeps: FrameTest,
  columns: readonly (keyof TableShapes["changes"])[],
): PageContent {
  const { domid, gfn, count } = unpacked(tableShapes.changes, content.tables.changes);
  const changes = rewritten(tableShapes.changes, content.tables.changes, (row, name, value) => {
    const goes = columns.some((column) => column === name) && !keeps(domid[row], gfn[row], count[row]);
    return goes ? -1 : value;
  });
  return { ...content, tables: { ...content.tables, changes } };
}

function withoutTexts(content: PageContent): PageContent {
  const events = rewritten(tableShapes.events, content.tables.events, (_, name, value) => {
    return name === "text" ? 0 : value;
  });
  return { tables: { ...content.tables, events }, texts: new Uint8Array(0) };
}

function withoutTransfers(content: PageContent, keeps: FrameTest): PageContent {
  const { tables } = content;
  const dma = unpacked(tableShapes.dma, tables.dma);
  const stays = (row: number) => keeps(dma.domid[row], dma.gfn[row], dma.pages[row]);
  /** Where each kept row of the table of DMA goes. */
  const places = new Map<number, number>();
  for (let row = 0; row < dma.event.length; row++) if (stays(row)) places.set(row, places.size);
  const entries = unpacked(tableShapes.entries, tables.entries);
  const releases = unpacked(tableShapes.releases, tables.releases);
  return {
    ...content,
    tables: {
      ...tables,
      dma: rewritten(
        tableShapes.dma,
        tables.dma,
        (_, __, value) => value,
        (row) => places.has(row),
      ),
      releases: rewritten(
        tableShapes.releases,
        tables.releases,
        (_, name, value) => (name === "dma" ? (places.get(value) ?? -1) : value),
        (row) => places.has(releases.dma[row]),
      ),
      entries: rewritten(
        tableShapes.entries,
        tables.entries,
        (_, __, value) => value,
        (row) => keeps(entries.domid[row], entries.gfn[row], entries.count[row]),
      ),
    },
  };
}

function unpacked<Shape extends TableShape>(shape: Shape, table: PackedTable<Shape>) {
  const { bytes, place } = tableBytes(table);
  const steps = unpackTable(shape, bytes, place);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** A table with other values, or with some of its rows only. */
function rewritten<Shape extends TableShape>(
  shape: Shape,
  table: PackedTable<Shape>,
  changed: (row: number, name: keyof Shape, value: number) => number,
  stays: (row: number) => boolean = () => true,
): PackedTable<Shape> {
  const from = unpacked(shape, table);
  const to = packedTable(shape);
  for (const name of Object.keys(shape) as (keyof Shape)[]) {
    const column = from[name];
    for (let row = 0; row < column.length; row++)
      if (stays(row)) to[name].push(changed(row, name, column[row]));
  }
  return to;
}
