import { deflateRawSync } from "node:zlib";
import { printable } from "@xgt/findings";
import { tableBytes } from "../columns/table.ts";
import type { TableName, tableShapes } from "../columns/table-shapes.ts";
import type { HeadComparison, PageHead, RunHead } from "../head/page-head.ts";
import type { PlanHead } from "../head/plan-head.ts";
import type { RunRecorder } from "../record/run-recorder.ts";
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
  const { recorder } = recorded;
  const tables = tablesOf(recorder);
  const packed = Object.entries(tables).map(([name, table]) => ({ name, ...tableBytes(table) }));
  const places = Object.fromEntries(packed.map(({ name, place }) => [name, place])) as RunHead["tables"];
  const texts = recorder.texts.packed();
  const head = runHead(recorded, { tables: places, textBytes: texts.length, leftOut: leftOut(recorder) });
  const blocks = [...packed, { name: "texts", bytes: texts }].map(({ name, bytes }) => {
    return { id: `${index}-${name}`, text: base64(bytes) };
  });
  return { head, blocks };
}

function tablesOf(recorder: RunRecorder) {
  const { events, changes, dma, releases, entries, marks, hits } = recorder;
  const tables = { events, changes: changes.table, dma, releases, entries, marks, hits };
  return tables satisfies Record<TableName, unknown> & { [name in keyof typeof tableShapes]: unknown };
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
