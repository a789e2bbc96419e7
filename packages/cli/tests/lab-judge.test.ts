import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { judgeAgainst, judgeLog } from "../src/commands/lab/lab-judge.ts";
import type { Io } from "../src/terminal/io.ts";

const header =
  '{"xgt_log":1,"version":1,"xen":"4.17","arch":"arm64","domains":[{"domid":0,"mode":"direct-mapped","ram":[{"gfn":"0x60000","count":"0x1000"}],"regions":[]}]}\n';
const call =
  '{"t":1,"id":1,"ev":"enter","pid":1,"nr":12,"cmd":1,"args":{"domid":"0x7ff0","extent_order":0,"mem_flags":0,"nr_extents":1,"start_extent":0,"extents":["0x60001"]}}\n{"t":1.1,"id":1,"ev":"exit","ret":1}\n';
const lost = '{"ev":"lost","count":500000}\n';

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-judge-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function log(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const quiet = { write: async () => {}, isTTY: false };
const io = { stdout: quiet, stderr: quiet, stdin: [], env: {} } as unknown as Io;

describe("a scenario's log clears a kernel only where it is whole", () => {
  it.each([
    ["whole", header + call, []],
    ["with lost records", header + call + lost, ["s: 500000 records lost"]],
    ["with a line cut", `${header}${call}{"t":2,"id":2,"ev":"en`, ["s: the log is cut"]],
    ["with a line that is none", `${header}${call}nonsense\n${call}`, ["s: 1 unreadable place"]],
    ["without a call", header, ["s: no hypercall was recorded"]],
  ])("%s", async (_, text, gaps) => {
    const judged = await judgeLog("s", log("s.ndjson", text), io);
    expect(judged.gaps).toEqual(expect.arrayContaining(gaps));
    expect(judged.gaps.length > 0).toBe(gaps.length > 0);
  });

  it("beside a baseline, whose log must be whole too", async () => {
    const whole = log("whole.ndjson", header + call);
    const holed = log("holed.ndjson", header + call + lost);
    expect((await judgeAgainst("s", whole, whole, io)).gaps).toEqual([]);
    expect((await judgeAgainst("s", holed, whole, io)).gaps).toEqual(["s, baseline: 500000 records lost"]);
    expect((await judgeAgainst("s", whole, holed, io)).gaps).toEqual(["s: 500000 records lost"]);
  });
});
