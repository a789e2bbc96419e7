import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-thin-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function map(id: number, gfn: number): string[] {
  return [
    `{"id":${id},"ev":"enter","via":"kernel","nr":12,"cmd":23,"args":{"domid":"0x7ff0","space":4,"size":1,"foreign_domid":1,"idxs":["0x40000"],"gpfns":["0x${gfn}"]}}`,
    `{"id":${id},"ev":"exit","ret":0,"errs":[0]}`,
  ];
}

function remove(id: number, gfn: number): string[] {
  return [
    `{"id":${id},"ev":"enter","via":"kernel","nr":12,"cmd":15,"args":{"domid":"0x7ff0","gpfn":"0x${gfn}"}}`,
    `{"id":${id},"ev":"exit","ret":0}`,
  ];
}

function thin(lines: readonly string[], atOnce: number) {
  const path = join(folder, "capture.ndjson");
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  const tool = join(import.meta.dirname, "thin-capture.ts");
  const runner = join(import.meta.dirname, "run-ts.mjs");
  const run = spawnSync(process.execPath, [runner, tool, path, `${atOnce}`], { encoding: "utf8" });
  return {
    status: run.status,
    complaint: run.stderr,
    lines: run.stdout.split("\n").filter((line) => line !== ""),
  };
}

describe("thin-capture", () => {
  it("leaves out maps beyond those at once, each with its removal, and nothing else", () => {
    const kept = [...map(1, 1), ...map(2, 2)];
    const mark = '{"ev":"mark","text":"between"}';
    // The third gfn is let go and mapped again when there is room: that pair stays.
    const dropped = [...map(3, 3), ...remove(4, 3)];
    const later = [...remove(5, 1), ...map(6, 3), ...remove(7, 3), ...remove(8, 2), ...remove(9, 9)];
    const { status, lines } = thin(["{}", ...kept, mark, ...dropped, ...later], 2);
    expect(status).toBe(0);
    expect(lines).toEqual(["{}", ...kept, mark, ...later]);
  });

  it("fails where a frame that it leaves out stays mapped", () => {
    const { status, complaint } = thin([...map(1, 1), ...map(2, 2)], 1);
    expect(status).toBe(1);
    expect(complaint).toContain("never removed: 1");
  });
});
