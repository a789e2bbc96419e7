import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EventKind } from "../src/events/event-kind.ts";
import { console } from "../src/formats/console/console.ts";
import { ndjson } from "../src/formats/ndjson/ndjson.ts";
import { eventKinds } from "../src/formats/ndjson/ndjson-names.ts";
import { generalNdjson, readWhole } from "./read-log.ts";
import { subOpTable } from "./sub-op-table.ts";

const path = new URL("../../../docs/log-format.md", import.meta.url);
const MARKS = /(<!-- sub-ops -->\n)[\s\S]*?(<!-- \/sub-ops -->)/;

function documentText(): string {
  const text = readFileSync(path, "utf8");
  if (process.env.BLESS !== "1") return text;
  const made = text.replace(MARKS, `$1${subOpTable()}\n$2`);
  writeFileSync(path, made);
  return made;
}

const text = documentText();
/** The lines of each example. */
const examples = [...text.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, lines]) => lines);

describe("docs/log-format.md", () => {
  it("lists the members by which sub-ops are read", () => {
    expect(MARKS.exec(text)?.[0]).toBe(`<!-- sub-ops -->\n${subOpTable()}\n<!-- /sub-ops -->`);
  });

  it.each(examples.map((lines, index) => [index + 1, lines] as const))(
    "example %d is read whole",
    (_, lines) => {
      const log = readWhole(ndjson, lines);
      expect([log.problems, [...log.stats.skipped], log.stats.warnings]).toEqual([[], [], []]);
      expect(log.batch.length).toBe(
        lines
          .trimEnd()
          .split("\n")
          .filter((line) => !line.includes("xgt_log")).length,
      );
    },
  );

  it("shows a console's lines that are read whole", () => {
    const lines = /^```console\n([\s\S]*?)^```$/m.exec(text)?.[1] ?? "";
    const log = readWhole(console, lines);
    expect([log.problems, log.stats.lost, log.stats.events]).toEqual([[], 0, 2]);
    expect(log.header?.domains.map(({ domid }) => domid)).toEqual([1]);
  });

  it("shows members only that the reader takes: written back, they are there again", () => {
    for (const line of examples.flatMap((lines) => lines.trimEnd().split("\n"))) {
      if (line.includes('"ev":"enter"')) expect(flat(written(line))).toEqual(flat(JSON.parse(line)));
    }
  });

  it("shows every kind of event, and both readers read all of them equally", () => {
    const lines = examples.join("");
    const log = readWhole(ndjson, lines.replaceAll(/^\{"xgt_log.*\n/gm, ""));
    expect(new Set(log.batch.kind.subarray(0, log.batch.length))).toEqual(new Set(Object.values(EventKind)));
    for (const name of eventKinds.keys()) expect(lines).toContain(`"ev":"${String(name)}"`);
    expect(readWhole(generalNdjson, lines.replaceAll(/^\{"xgt_log.*\n/gm, "")).written).toEqual(log.written);
  });
});

/** The line as it is written back. */
function written(line: string): unknown {
  const [text] = readWhole(ndjson, `${line}\n`).written;
  return JSON.parse(text);
}

/** Members with their paths, integers in one form; what a reader takes for granted where it is absent is left out. */
function flat(value: unknown, place = ""): Record<string, string> {
  if (typeof value === "object" && value !== null) {
    return Object.assign(
      {},
      ...Object.entries(value).map(([name, inner]) => flat(inner, `${place}.${name}`)),
    );
  }
  // The address of an argument that Xen could not read is for people.
  if (place === ".args.arg" || (place === ".args.start_extent" && value === 0)) return {};
  const isInteger = Number.isInteger(value) || (typeof value === "string" && /^0x/.test(value));
  return { [place]: isInteger ? `0x${BigInt(value as number | string).toString(16)}` : String(value) };
}
