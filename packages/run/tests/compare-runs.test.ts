import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type ComparedSides, compareRuns } from "../src/index.ts";
import { dma, logText, reservation } from "./run-logs.ts";

const folder = mkdtempSync(join(tmpdir(), "xgt-compare-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function compared(base: readonly object[], patched: readonly object[]): Promise<ComparedSides> {
  const [before, after] = [base, patched].map((lines, index) => {
    const path = join(folder, `${index}.ndjson`);
    writeFileSync(path, logText(lines));
    return { paths: [path] };
  });
  return compareRuns(before, after);
}

const HOLES = [0x80010, 0x80020];
const balloons = reservation(1, 1, HOLES);
const faulty = [...balloons, dma(HOLES[0]), dma(HOLES[1]), ...reservation(2, 6, HOLES)];
const fixed = [...balloons, ...reservation(2, 6, HOLES), dma(HOLES[0]), dma(HOLES[1])];

describe("two runs compared", () => {
  it("say which causes are fixed, how often each came, and what led to it", async () => {
    const { comparison } = await compared(faulty, fixed);
    expect(comparison.added).toEqual([]);
    expect(comparison.fixed).toMatchObject([
      {
        cause: { rule: "G44", operation: "DMA", causedBy: "decrease_reservation", comm: "balloon" },
        base: 2,
        patched: 0,
      },
    ]);
  });

  it("do not take another frame, time or number of calls for another cause", async () => {
    const moved = [...reservation(7, 1, [0x80100]), dma(0x80100), ...reservation(8, 6, [0x80100])];
    const { comparison } = await compared(faulty, moved);
    expect([comparison.added, comparison.fixed]).toEqual([[], []]);
    expect(comparison.unchanged.find(({ cause }) => cause.rule === "G44")).toMatchObject({
      base: 2,
      patched: 1,
    });
  });

  it("give no event to what only the end of the log shows", async () => {
    const { comparison } = await compared(balloons, [...balloons, dma(0x80400), dma(0x80400, "unmap")]);
    expect([comparison.added, comparison.fixed]).toEqual([[], []]);
    const leak = comparison.unchanged.find(({ cause }) => cause.rule === "G05");
    expect(leak).toMatchObject({ cause: { operation: "" }, first: { event: null } });
  });

  it("tell what the guest did differently where that is no finding", async () => {
    const short = [
      reservation(1, 1, HOLES)[0],
      { t: 2, id: 1, ev: "exit", ret: 1 },
      ...reservation(3, 6, [HOLES[0]]),
    ];
    const { comparison } = await compared([...balloons, ...reservation(2, 6, HOLES)], short);
    expect(comparison.behaviour).toEqual([
      { domid: 0, what: "peak holes", operation: "", base: 2, patched: 1 },
      { domid: 0, what: "short counts", operation: "decrease_reservation", base: 0, patched: 1 },
    ]);
  });
});
