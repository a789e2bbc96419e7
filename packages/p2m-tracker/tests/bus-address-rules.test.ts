import { describe, expect, test } from "vitest";
import {
  call,
  decrease,
  dma,
  EXTENDED,
  exampleLog,
  exampleLogWith,
  frame,
  map,
  mapForeign,
  PEER_FRAME,
  populate,
  RAM,
  unmap,
} from "../src/rules/kinds/example.ts";
import { replayText } from "./replay-text.ts";

/** "G18 0x100000" of every error, in order. */
async function errors(log: string): Promise<string[]> {
  const { result, problems } = await replayText(log);
  expect(problems).toEqual([]);
  return result.findings
    .filter((finding) => finding.severity === "error")
    .map((finding) => `${finding.rule} ${finding.gfn === null ? "-" : frame(finding.gfn)}`);
}

function flush(mfn: number, ret: number): object[] {
  const op = { dev_bus_addr: `0x${(mfn * 4096).toString(16)}`, offset: 0, length: 4096, op: 1 };
  return call(20, 12, { count: 1, ops: [op] }, { ret });
}

const gone = [...map({ gfn: EXTENDED }), ...unmap(EXTENDED)];
const next = map({ gfn: EXTENDED, mfn: PEER_FRAME + 1, handle: 2, ref: 9 });

describe("G18: bus addresses of grants that this log saw end, in a log that begins late", () => {
  test.each<[string, object[], string[]]>([
    [
      "two grants ago at this gfn",
      [
        ...gone,
        ...next,
        ...unmap(EXTENDED, 2),
        ...map({ gfn: EXTENDED, mfn: PEER_FRAME + 2 }),
        dma(EXTENDED, PEER_FRAME),
      ],
      [`G18 ${frame(EXTENDED)}`],
    ],
    [
      "at another gfn",
      [...gone, ...map({ gfn: EXTENDED + 1, mfn: PEER_FRAME + 1 }), dma(EXTENDED + 1, PEER_FRAME)],
      [`G18 ${frame(EXTENDED + 1)}`],
    ],
    [
      "at own RAM",
      [...decrease([RAM]), ...populate([RAM]), ...gone, dma(RAM, PEER_FRAME)],
      [`G18 ${frame(RAM)}`],
    ],
    ["never seen to end", [...next, dma(EXTENDED, PEER_FRAME)], [`G45 ${frame(EXTENDED)}`]],
    ["mapped again", [...gone, ...map({ gfn: EXTENDED }), dma(EXTENDED, PEER_FRAME)], []],
    ["a flush that Xen refuses", [...gone, ...flush(PEER_FRAME, -22)], [`G18 ${frame(PEER_FRAME)}`]],
    ["a flush that Xen does: another map is live", [...gone, ...flush(PEER_FRAME, 0)], []],
    ["a refused flush of a frame never seen", flush(PEER_FRAME, -22), []],
  ])("%s", async (_name, events, expected) => {
    expect(await errors(exampleLog(...events))).toEqual(expected);
  });

  test("with the log from boot on, a refused flush of any frame that is not the domain's", async () => {
    const log = exampleLogWith({ from_boot: true }, ...flush(PEER_FRAME, -22));
    expect(await errors(log)).toEqual([`G18 ${frame(PEER_FRAME)}`]);
  });
});

describe("G16, G17: a flush names a machine frame, which may be numbered like a gfn", () => {
  const live = map({ gfn: EXTENDED, mfn: EXTENDED + 1, handle: 1 });
  test.each<[string, object[], string[]]>([
    [
      "a live grant's frame, at a foreign gfn",
      [...live, ...mapForeign(EXTENDED + 1), ...flush(EXTENDED + 1, 0)],
      [],
    ],
    [
      "a live grant's frame, at another grant's gfn",
      [...live, ...map({ gfn: EXTENDED + 1, handle: 2, ref: 9 }), ...flush(EXTENDED + 1, 0)],
      [],
    ],
    ["the gfn of a grant", [...live, ...flush(EXTENDED, -22)], [`G17 ${frame(EXTENDED)}`]],
  ])("%s", async (_name, events, expected) => {
    expect(await errors(exampleLog(...events))).toEqual(expected);
  });
});
