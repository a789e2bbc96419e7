import { describe, expect, it } from "vitest";
import { FrameKind } from "../src/index.ts";
import { replayText } from "./replay-text.ts";

const OWN = 0x60002;
const BEYOND_TABLE = 600_000;
const FAR = "0xfffffffffff";
const EAGAIN = -12;
const BAD_GNTREF = -3;
const EINVAL = -22;
const EIO = -5;
const EOPNOTSUPP = -95;

/** Dom0 with two grants to itself, and a domain 5 whose grant table has eight frames at most. */
const header = {
  xgt_log: 1,
  version: 1,
  xen: "4.17",
  arch: "arm64",
  domains: [
    { domid: 0, mode: "direct-mapped", ram: [{ gfn: "0x60000", count: "0x1000" }], regions: [] },
    { domid: 5, mode: "translated", regions: [] },
  ],
  facts: [
    {
      domid: 0,
      pa_bits: 44,
      live_handles: 0,
      other_domains: [5],
      roles: ["hardware", "control"],
      grant_frames: { max: 64 },
      grants: [
        { ref: 8, dom: 0, gfn: "0x60008", ro: false },
        { ref: 9, dom: 0, gfn: "0x60009", ro: false },
        { ref: 10, dom: 5, gfn: "0x6000a", ro: false },
      ],
    },
    { domid: 5, grant_frames: { max: 8 } },
  ],
};

interface Call {
  readonly nr: number;
  readonly cmd: number;
  readonly args: object;
  readonly ret?: number;
  readonly out?: object;
}

async function replayCalls(calls: readonly Call[]) {
  const events = calls.flatMap(({ nr, cmd, args, ret = 0, out = {} }, index) => [
    { id: index + 1, ev: "enter", nr, cmd, args },
    { id: index + 1, ev: "exit", ret, ...out },
  ]);
  const { result, replay, problems } = await replayText(
    [header, ...events].map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
  expect(problems).toEqual([]);
  const broken = result.findings.map(({ rule }) => rule).filter((rule) => rule.startsWith("H"));
  return { broken, p2m: replay.machine.domains.get(0)?.p2m };
}

const swap = (refA: number, refB: number, status: number): Call => ({
  nr: 20,
  cmd: 11,
  args: { count: 1, ops: [{ ref_a: refA, ref_b: refB }] },
  out: { ops: [{ status }] },
});

const map = (ref: number, gfn: number, frame: number): Call => ({
  nr: 20,
  cmd: 0,
  args: { count: 1, ops: [{ host_addr: `0x${gfn.toString(16)}000`, flags: 2, ref, dom: 0 }] },
  out: { ops: [{ status: 0, handle: 1, dev_bus_addr: `0x${frame.toString(16)}000` }] },
});

describe("swap_grant_ref", () => {
  it("lets two refs that nobody has mapped change places, and their frames with them", async () => {
    expect((await replayCalls([swap(8, 9, 0), map(8, OWN, 0x60009)])).broken).toEqual([]);
    expect((await replayCalls([swap(8, 9, 0), map(8, OWN, 0x60008)])).broken).toEqual(["H12"]);
    expect((await replayCalls([swap(8, 9, EAGAIN)])).broken).toEqual(["H11"]);
  });

  it("answers eagain while one of them is mapped", async () => {
    const mapped = map(8, OWN, 0x60008);
    expect((await replayCalls([mapped, swap(9, 8, EAGAIN)])).broken).toEqual([]);
    expect((await replayCalls([mapped, swap(9, 8, 0)])).broken).toEqual(["H11"]);
    expect((await replayCalls([mapped, swap(8, 8, 0)])).broken).toEqual([]);
  });

  it("leaves open whether a peer has mapped one", async () => {
    for (const status of [0, EAGAIN]) expect((await replayCalls([swap(10, 8, status)])).broken).toEqual([]);
  });

  it("answers bad_gntref for a ref beyond any table, whichever of the two it is", async () => {
    expect((await replayCalls([swap(8, BEYOND_TABLE, BAD_GNTREF)])).broken).toEqual([]);
    expect((await replayCalls([swap(BEYOND_TABLE, BEYOND_TABLE, 0)])).broken).toEqual(["H11"]);
  });
});

const acquire = (frame: number, list: readonly string[], ret: number, type = 1): Call => ({
  nr: 12,
  cmd: 28,
  args: { domid: 5, type, id: 0, nr_frames: list.length, pad: 0, frame, frame_list: list },
  ret,
});

describe("acquire_resource", () => {
  it("refuses frames that the table cannot have", async () => {
    expect((await replayCalls([acquire(7, ["0x60002", "0x60003"], EINVAL)])).broken).toEqual([]);
    expect((await replayCalls([acquire(7, ["0x60002", "0x60003"], 0)])).broken).toEqual(["H08"]);
  });

  it("stops at a gfn that no p2m can hold, and keeps what it mapped before", async () => {
    const { broken, p2m } = await replayCalls([acquire(0, ["0x60002", FAR, "0x60003"], EIO)]);
    expect(broken).toEqual([]);
    expect(p2m?.kindOf(0x60002)).toBe(FrameKind.foreign);
    expect(p2m?.kindOf(0x60003)).toBe(FrameKind.own);
  });

  it("answers -EINVAL, not -EIO, where the first gfn is the one", async () => {
    expect((await replayCalls([acquire(0, [FAR, "0x60002"], EINVAL)])).broken).toEqual([]);
    expect((await replayCalls([acquire(0, [FAR, "0x60002"], EIO)])).broken).toEqual(["H08"]);
  });

  it("looks at the count before an unknown type on 4.17", async () => {
    expect((await replayCalls([acquire(0, [], EINVAL, 9)])).broken).toEqual([]);
    expect((await replayCalls([acquire(0, ["0x60002"], EOPNOTSUPP, 9)])).broken).toEqual([]);
    expect((await replayCalls([acquire(0, [], EOPNOTSUPP, 9)])).broken).toEqual(["H08"]);
  });
});
