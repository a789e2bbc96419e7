import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Finding } from "@xgt/findings";
import { EventKind } from "@xgt/hypercall-log";
import type { Call, ReplayEvent, ReplayObserver } from "@xgt/p2m-tracker";
import { afterAll, describe, expect, it } from "vitest";
import { replayRun, SeparateRunsError } from "../src/index.ts";
import { begun, dma, HEADER, logText, replayLines, reservation } from "./run-logs.ts";

const folder = mkdtempSync(join(tmpdir(), "xgt-run-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Notes in order what a replay tells. */
class Notes implements ReplayObserver {
  readonly lines: string[] = [];

  start(): void {
    this.lines.push("start");
  }

  begin({ number, batch, row, call }: ReplayEvent): void {
    const kind = Object.entries(EventKind).find(([, value]) => value === batch.kind[row])?.[0];
    this.lines.push(`begin ${number} ${kind} ${call === null ? "-" : `${call.name} ${call.ret}`}`);
  }

  change({ gfn }: { gfn: number }): void {
    this.lines.push(`change ${gfn.toString(16)}`);
  }

  finding({ rule, event }: Finding, atEnd: boolean): void {
    this.lines.push(`finding ${rule} ${event}${atEnd ? " at the end" : ""}`);
  }

  after({ number }: ReplayEvent): void {
    this.lines.push(`after ${number}`);
  }

  abandoned({ name, enterEvent, exitEvent }: Call): void {
    this.lines.push(`abandoned ${name} ${enterEvent} ${exitEvent}`);
  }

  mark(): void {
    this.lines.push("mark");
  }

  end(): void {
    this.lines.push("end");
  }
}

async function notesOf(lines: readonly object[]): Promise<string[]> {
  const notes = new Notes();
  await replayLines(lines, { observers: () => [notes] });
  return notes.lines;
}

describe("a replayed run", () => {
  it("whose memory went to the next one leaves nothing there", async () => {
    const frames = Array.from({ length: 700 }, (_, i) => 0x80000 + 5 * i);
    const first = [...reservation(1, 1, frames), dma(frames[0])];
    const second = [...reservation(1, 1, frames.slice(100, 300)), dma(frames[10]), dma(frames[150])];
    const answers = async (lines: readonly object[], isReleased: boolean) => {
      const run = await replayLines(lines);
      const told = JSON.stringify([run.mapRuns(0, true), run.findings.list]);
      if (isReleased) run.release();
      return told;
    };
    const alone = await answers(second, false);
    await answers(first, true);
    expect(await answers(second, true)).toBe(alone);
    expect(await answers(first, true)).not.toBe(alone);
    expect(await answers(second, true)).toBe(alone);
  });

  it("tells of each event once: its beginning, what changes, what is found, its end", async () => {
    expect(
      await notesOf([...reservation(1, 1, [0x80010, 0x80011]), { ev: "mark", text: "m" }, dma(0x80010)]),
    ).toEqual([
      "start",
      "begin 1 enter decrease_reservation NaN",
      "after 1",
      "begin 2 exit decrease_reservation 2",
      "change 80010",
      "change 80011",
      "after 2",
      "mark",
      "begin 3 dma -",
      "finding G44 3",
      "after 3",
      "finding G05 3 at the end",
      "finding I02 3 at the end",
      "finding I03 3 at the end",
      "end",
    ]);
  });

  it("gives a call up where its number begins again or the log ends, and tells what it may have changed", async () => {
    const lines = await notesOf([begun(1, 1, [0x80010]), begun(1, 1, [0x80020])]);
    expect(lines.filter((line) => !line.startsWith("finding"))).toEqual([
      "start",
      "begin 1 enter decrease_reservation NaN",
      "after 1",
      "change 80010",
      "abandoned decrease_reservation 1 0",
      "begin 2 enter decrease_reservation NaN",
      "after 2",
      "change 80020",
      "abandoned decrease_reservation 2 0",
      "end",
    ]);
  });

  it("has no call where only its end is in the log", async () => {
    expect(await notesOf([{ id: 9, ev: "exit", nr: 12, cmd: 1, ret: 1 }])).toContain("begin 1 exit -");
  });

  it("counts the operations of a log as info does, also those behind the event that it stops at", async () => {
    const lines = [
      ...reservation(1, 1, [0x80010, 0x80011]),
      ...reservation(2, 6, [0x80010, 0x80011]),
      dma(0x80010),
    ];
    const whole = await replayLines(lines);
    expect([whole.inputs[0].operations, whole.result.operations, whole.stopped]).toEqual([5, 5, false]);
    const part = await replayLines(lines, {}, { until: 2 });
    expect([part.inputs[0].operations, part.result.operations, part.stopped]).toEqual([5, 2, true]);
  });

  it("counts in each log a call that two logs hold, and once in the run", async () => {
    const lines = logText([...reservation(1, 1, [0x80010]), ...reservation(2, 6, [0x80010])]);
    const paths = ["one.ndjson", "two.ndjson"].map((name) => join(folder, name));
    for (const path of paths) writeFileSync(path, lines);
    const { inputs, result, clocks } = await replayRun({ paths });
    expect(inputs.map(({ operations }) => operations)).toEqual([2, 2]);
    expect([result.events, result.operations]).toEqual([4, 2]);
    expect(clocks.map(({ shared }) => shared)).toEqual([2]);
  });

  it("leaves out what it cannot open, and says so", async () => {
    const path = join(folder, "there.ndjson");
    writeFileSync(path, logText(reservation(1, 1, [0x80010])));
    const { inputs, unopened } = await replayRun({ paths: [join(folder, "missing"), path] });
    expect(inputs.map(({ log }) => log.path)).toEqual([path]);
    expect(unopened.map(({ reason }) => reason)).toEqual(["missing"]);
    await expect(replayRun({ paths: [join(folder, "missing")] })).rejects.toThrow("no such file");
  });

  it("takes given domains before those of the log", async () => {
    const given = {
      spec: { xen: "4.20", domains: [{ domid: 3, mode: "translated" as const, regions: [] }], facts: [] },
      notes: ["said"],
    };
    const { result, xen, notes } = await replayLines(reservation(1, 1, [0x80010]), {}, { given });
    expect(result.domains.map(({ domid, mode }) => [domid, mode])).toEqual([[3, "translated"]]);
    expect([xen, notes]).toEqual(["4.20", ["said"]]);
  });

  it("takes the only domain of a log's own header for its lines, whatever other domains are given", async () => {
    const domain = (domid: number) => ({ domid, mode: "direct-mapped" as const, regions: [] });
    const given = { spec: { domains: [domain(0), domain(1)], facts: [] }, notes: [] };
    const { result } = await replayLines(reservation(1, 1, [0x80010]), {}, { given });
    expect(result.domains.map(({ domid, acted }) => [domid, acted])).toEqual([
      [0, true],
      [1, false],
    ]);
  });

  it("joins logs of two guests of one machine, and refuses those of two machines", async () => {
    const write = (name: string, domid: number, gfn: string) => {
      const path = join(folder, name);
      const domains = [{ domid, mode: "direct-mapped", ram: [{ gfn, count: "0x1000" }], regions: [] }];
      const lines = [{ ...HEADER, domains }, ...reservation(1, 1, [Number(gfn)])];
      writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
      return path;
    };
    const guests = [write("d1.ndjson", 1, "0x80000"), write("d2.ndjson", 2, "0x90000")];
    const { result } = await replayRun({ paths: guests });
    expect(result.events).toBe(4);
    expect(result.domains.map(({ domid, frames }) => [domid, frames.hole])).toEqual([
      [1, 1],
      [2, 1],
    ]);
    const machines = [guests[0], write("other.ndjson", 1, "0xa0000")];
    await expect(replayRun({ paths: machines })).rejects.toThrow(SeparateRunsError);
  });
});
