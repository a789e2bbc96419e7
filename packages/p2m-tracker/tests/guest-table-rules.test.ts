import { describe, expect, test } from "vitest";
import {
  address,
  call,
  dma,
  EXTENDED,
  exampleLog,
  exampleLogWith,
  frame,
  guestEntry,
  map,
  PEER_FRAME,
  unmap,
} from "../src/rules/kinds/example.ts";
import { replayText } from "./replay-text.ts";

/** "error 0x100000+2 @5" of every finding of a rule; "?" where it is not certain, then the event. */
async function said(rule: string, ...events: (object | object[])[]): Promise<string[]> {
  const { result, problems } = await replayText(exampleLog(...events));
  expect(problems).toEqual([]);
  return result.findings
    .filter((finding) => finding.rule === rule)
    .map((finding) => {
      const count = finding.count === 1 ? "" : `+${finding.count}`;
      const certain = finding.certain ? "" : "?";
      return `${finding.severity} ${frame(finding.gfn ?? 0)}${count}${certain} @${finding.event}`;
    });
}

/** The same events by another thread. */
function byThread(pid: number, events: object[]): object[] {
  return events.map((event) => ({ ...event, pid }));
}

const SECOND = EXTENDED + 1;
const mapTwo = map(
  { gfn: EXTENDED, mfn: PEER_FRAME, handle: 1 },
  { gfn: SECOND, mfn: PEER_FRAME + 4, handle: 2, ref: 9 },
);
const enterTwo = [guestEntry(EXTENDED, PEER_FRAME), guestEntry(SECOND, PEER_FRAME + 4)];
const clearTwo = [guestEntry(EXTENDED, -1), guestEntry(SECOND, -1)];
const unmapTwo = call(
  20,
  1,
  {
    count: 2,
    ops: [
      { host_addr: address(EXTENDED), dev_bus_addr: "0x0", handle: 1 },
      { host_addr: address(SECOND), dev_bus_addr: "0x0", handle: 2 },
    ],
  },
  { ret: 0, ops: [{ status: 0 }, { status: 0 }] },
);
const question = call(12, 2, {}, { ret: 0x140000 });
const emptyBatch = call(20, 1, { count: 0 }, { ret: 0 });
const mapAgain = map({ gfn: EXTENDED, mfn: PEER_FRAME + 8, handle: 3, ref: 10 });

describe("G06: entries that outlive their grant", () => {
  const stale = [...mapTwo, ...enterTwo, ...unmapTwo];
  test.each<[string, object[], string[]]>([
    ["cleared after the whole batch", [...clearTwo, ...question], []],
    ["another thread calls before the clearing", [...byThread(8, question), ...clearTwo], []],
    ["an empty batch of an interrupt", [...emptyBatch, ...clearTwo], []],
    ["never cleared: the thread's next call", question, ["error 0x100000+2 @7"]],
    ["one cleared, one forgotten", [clearTwo[0], ...question], ["error 0x100001 @8"]],
    ["another thread maps there", byThread(8, mapAgain), ["error 0x100000 @8", "error 0x100001 @8"]],
    ["the log goes on without the thread", byThread(8, question), ["error 0x100000+2 @8"]],
    ["the log stops right after the unmap", [], ["error 0x100000+2? @6"]],
    [
      "once, however often the gfn is used",
      [...question, ...mapAgain, ...unmap(EXTENDED, 3)],
      ["error 0x100000+2 @7"],
    ],
    ["records lost before the clearing", [{ ev: "lost", count: 3 }, ...question], []],
  ])("%s", async (_what, events, expected) => {
    expect(await said("G06", stale, events)).toEqual(expected);
  });

  test("a page without an entry (a xenbus ring)", async () => {
    expect(await said("G06", mapTwo, unmapTwo, question)).toEqual([]);
  });

  test("without threads only the next use or the end of the log tells", async () => {
    const nobody = (events: object[]): object[] => byThread(-1, events);
    const log = nobody([...mapTwo, ...enterTwo, ...unmapTwo, ...question, ...mapAgain]);
    expect(await said("G06", log)).toEqual(["error 0x100000 @10", "error 0x100001 @10"]);
  });

  test("the idle task is no thread", async () => {
    const idle = (events: object[]): object[] => byThread(0, events);
    expect(await said("G06", idle([...mapTwo, ...enterTwo, ...unmapTwo, ...question]), clearTwo)).toEqual([]);
  });

  test("an unmap whose exit is missing proves nothing", async () => {
    expect(await said("G06", mapTwo, enterTwo, unmapTwo.slice(0, 1))).toEqual([]);
  });
});

describe("G07: entries cleared while Xen still maps the grant", () => {
  const mapped = [...mapTwo, ...enterTwo];
  const [enter, exit] = unmap(EXTENDED, 1);
  const clear = guestEntry(EXTENDED, -1);
  const refused = unmap(EXTENDED, 1, -1);
  test.each<[string, object[], string[]]>([
    ["cleared between a successful unmap's entry and return", [enter, clear, exit], []],
    ["cleared after a successful unmap", [enter, exit, clear], []],
    ["cleared after a refused unmap", [...refused, clear], ["error 0x100000 @7"]],
    ["cleared before a refused unmap", [clear, ...refused], ["error 0x100000 @7"]],
    ["refused, then tried again before the clearing", [...refused, enter, exit, clear], []],
    [
      "cleared and entered again before a refused unmap",
      [clear, guestEntry(EXTENDED, PEER_FRAME), ...refused],
      [],
    ],
    ["bad_handle of another handle", [...unmap(EXTENDED, 77, -4), clear], []],
    ["cleared without any unmap", [clear], []],
  ])("%s", async (_what, events, expected) => {
    expect(await said("G07", mapped, events)).toEqual(expected);
  });
});

describe("G08: granted pages that the guest's table does not tell", () => {
  const other = [...map({ gfn: EXTENDED + 9, mfn: PEER_FRAME + 9, handle: 9, ref: 19 })];
  const heard = [...other, guestEntry(EXTENDED + 9, PEER_FRAME + 9)];
  const mapped = map({ gfn: EXTENDED, mfn: PEER_FRAME, handle: 1 });
  const right = dma(EXTENDED, PEER_FRAME);
  test.each<[string, object[], string[]]>([
    ["no entry", [...heard, ...mapped, right], ["error 0x100000 @6"]],
    ["no entry, many DMAs", [...heard, ...mapped, right, right, right], ["error 0x100000 @6"]],
    [
      "an entry for another frame",
      [...mapped, guestEntry(EXTENDED, PEER_FRAME + 1), right],
      ["error 0x100000 @4"],
    ],
    ["a wrong bus address is another rule's", [...heard, ...mapped, dma(EXTENDED, EXTENDED)], []],
    ["mapped before the table was heard of", [...mapped, ...heard, right], []],
    ["own RAM", [...heard, dma(0x80000, 0x80000)], []],
    [
      "a frame with the number of its gfn needs no entry",
      [...heard, ...map({ gfn: EXTENDED, mfn: EXTENDED, handle: 1 }), dma(EXTENDED, EXTENDED)],
      [],
    ],
    ["the right entry", [...mapped, guestEntry(EXTENDED, PEER_FRAME), right], []],
  ])("%s", async (_what, events, expected) => {
    expect(await said("G08", events)).toEqual(expected);
  });

  test("an old mapping is undecided, not right", async () => {
    const { result } = await replayText(exampleLog(mapped, heard, right));
    expect(result.undecided.find((entry) => entry.rule === "G08")?.why).toContain("mapped before");
  });

  test("with an IOMMU the gfn itself works", async () => {
    const domains = [
      { domid: 0, mode: "direct-mapped", ram: [{ gfn: "0x80000", count: "0x4000" }], iommu: true },
    ];
    const { result } = await replayText(exampleLogWith({ domains }, heard, mapped, right));
    expect(result.findings.filter((finding) => finding.rule === "G08")).toEqual([]);
  });
});
