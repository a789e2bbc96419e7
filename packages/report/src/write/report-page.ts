import { deflateRawSync } from "node:zlib";
import { printable } from "@xgt/findings";
import { type TablePlace, tableBytes } from "../columns/table.ts";
import { type TableName, tableShapes } from "../columns/table-shapes.ts";
import type { HeadComparison, PageHead, RunHead } from "../head/page-head.ts";
import type { PlanHead } from "../head/plan-head.ts";
import { PAGE_BYTES_MAX } from "../limits.ts";
import type { RunRecorder } from "../record/run-recorder.ts";
import { budgetSteps, framesWithFindings, type PageContent } from "./fit-budget.ts";
import { pageProgram } from "./page-program.ts";
import { type RecordedRun, runHead } from "./run-head.ts";

/** One block of the page: what its element is called, and what is in it. */
interface Block {
  readonly id: string;
  readonly text: string;
}

/** Of compression: higher ones take several times as long for a hundredth less. */
const LEVEL = 6;

/** The page of one run, in pieces. */
export function* reportPage(recorded: RecordedRun): Generator<string> {
  const { head, blocks } = packRun(recorded, 0);
  yield* page({ version: 1, kind: "run", runs: [head] }, titleOf([recorded]), blocks);
}

/** The page that sets two runs side by side, the unchanged guest's first; in pieces. */
export function* comparePage(
  base: RecordedRun,
  patched: RecordedRun,
  comparison: HeadComparison,
): Generator<string> {
  const packed = [packRun(base, 0), packRun(patched, 1)];
  const head: PageHead = { version: 1, kind: "compare", runs: packed.map((run) => run.head), comparison };
  yield* page(
    head,
    titleOf([base, patched]),
    packed.flatMap(({ blocks }) => blocks),
  );
}

/** The page of a layout: the address spaces of host and domains; in pieces. */
export function* planPage(head: PlanHead): Generator<string> {
  yield* page(head, `${head.subject}: xgt layout plan`, []);
}

function packRun(recorded: RecordedRun, index: number): { head: RunHead; blocks: Block[] } {
  const { recorder, run } = recorded;
  const budget = recorded.isWhole === true ? Number.POSITIVE_INFINITY : PAGE_BYTES_MAX;
  const keeps = framesWithFindings(run.findings.list);
  let content: PageContent = { tables: tablesOf(recorder), texts: recorder.texts.packed() };
  const packed = new Map<TableName | "texts", PackedBlock>();
  packBlocks(packed, content, [...(Object.keys(tableShapes) as TableName[]), "texts"]);
  const sentences = leftOut(recorder);
  for (const step of budgetSteps) {
    if (sizeOf(packed) <= budget) break;
    content = step.apply(content, keeps);
    packBlocks(packed, content, step.touches);
    const how = recorded.command === null ? "xgt replay" : recorded.command;
    sentences.push(`Not in this page: ${step.what}. See them with: ${how} --events --gfn FRAME`);
  }
  if (sizeOf(packed) > budget)
    sentences.push("This page is larger than it should be: a part of the log may be enough.");
  const places = Object.fromEntries(
    [...packed].flatMap(([name, { place }]) => (place === null ? [] : [[name, place]])),
  );
  const head = runHead(recorded, {
    tables: places as RunHead["tables"],
    textBytes: content.texts.length,
    leftOut: sentences,
  });
  const blocks = [...packed].map(([name, { text }]) => ({ id: `${index}-${name}`, text }));
  return { head, blocks };
}

/** A block, compressed; `place` of a table only. */
interface PackedBlock {
  readonly text: string;
  readonly place: TablePlace | null;
}

function packBlocks(
  packed: Map<TableName | "texts", PackedBlock>,
  { tables, texts }: PageContent,
  names: readonly (TableName | "texts")[],
): void {
  for (const name of names) {
    if (name === "texts") packed.set(name, { text: base64(texts), place: null });
    else {
      const { bytes, place } = tableBytes(tables[name]);
      packed.set(name, { text: base64(bytes), place });
    }
  }
}

function sizeOf(packed: ReadonlyMap<string, PackedBlock>): number {
  let size = 0;
  for (const { text } of packed.values()) size += text.length;
  return size;
}

function tablesOf(recorder: RunRecorder): PageContent["tables"] {
  const { events, changes, dma, releases, entries, marks, hits } = recorder;
  return { events, changes: changes.table, dma, releases, entries, marks, hits };
}

/** What found no room while it was recorded, one sentence each. */
function leftOut({ leftOut, changes, texts }: RunRecorder): string[] {
  const what: [number, string][] = [
    [leftOut.events, "events"],
    [changes.leftOut, "changes"],
    [leftOut.transfers, "DMAs and entries of the guest's own table"],
    [leftOut.hits, "repetitions of findings"],
    [texts.leftOut, "texts of calls"],
  ];
  return what.filter(([count]) => count > 0).map(([count, name]) => `Not in this page: ${count} ${name}.`);
}

function* page(head: PageHead | PlanHead, title: string, blocks: readonly Block[]): Generator<string> {
  const { script, style, policy } = pageProgram();
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(printable(title))}</title>
<style>${style}</style>
</head>
<body>
<div id="app"><p class="boot">Reading the run…</p></div>
<noscript><p class="boot">This page draws its map with a script that it carries itself; it loads nothing. Without scripts, \`xgt replay\` tells the same.</p></noscript>
`;
  yield block({ id: "head", text: base64(Buffer.from(JSON.stringify(head))) });
  yield `<script>${script}</script>\n`;
  for (const one of blocks) yield block(one);
  yield "</body>\n</html>\n";
}

function block({ id, text }: Block): string {
  return `<script type="application/octet-stream" id="${id}">${text}</script>\n`;
}

function base64(bytes: Uint8Array): string {
  return deflateRawSync(bytes, { level: LEVEL }).toString("base64");
}

function titleOf(runs: readonly RecordedRun[]): string {
  const names = runs.map(({ run }) =>
    run.inputs.map(({ log }) => log.path.replace(/^.*[/\\]/, "")).join(" + "),
  );
  return `${names.join(" and ")}: xgt report`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
