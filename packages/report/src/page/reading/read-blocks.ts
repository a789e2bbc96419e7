import type { TablePlace } from "../../columns/table.ts";
import { type Table, unpackTable } from "../../columns/table.ts";
import { type TableName, type TableShapes, tableShapes } from "../../columns/table-shapes.ts";
import type { PageHead, RunHead } from "../../head/page-head.ts";
import type { PlanHead } from "../../head/plan-head.ts";

/** The tables of a run, unpacked. */
export type RunTables = { readonly [name in TableName]: Table<TableShapes[name]> };

/** What a run's page holds beside its head. */
export interface RunContent {
  readonly tables: RunTables;
  /** UTF-8, all texts of calls. */
  readonly texts: Uint8Array;
}

/** What the page begins with. */
export async function readHead(): Promise<PageHead | PlanHead> {
  return JSON.parse(new TextDecoder().decode(await inflated("head")));
}

/** The tables of run `index`. Others have their turn in between. */
export async function readRun(index: number, head: RunHead): Promise<RunContent> {
  const tables: [string, unknown][] = [];
  for (const name of Object.keys(tableShapes) as TableName[]) {
    tables.push([name, await readTable(`${index}-${name}`, name, head.tables[name])]);
  }
  const texts = await inflated(`${index}-texts`);
  return { tables: Object.fromEntries(tables) as RunTables, texts };
}

async function readTable(id: string, name: TableName, place: TablePlace): Promise<unknown> {
  const bytes = await inflated(id);
  const steps = unpackTable(tableShapes[name], bytes, place);
  let begun = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (performance.now() - begun < SLICE_MS) continue;
    await pause();
    begun = performance.now();
  }
}

/** Milliseconds of work without a pause. */
const SLICE_MS = 40;

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** The bytes of a block, whose text is forgotten. */
async function inflated(id: string): Promise<Uint8Array> {
  const element = document.getElementById(id);
  const bytes = fromBase64(element?.textContent ?? "");
  element?.remove();
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const own = Uint8Array as unknown as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };
  if (own.fromBase64 !== undefined) return own.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
