import { describe, expect, it } from "vitest";
import { FrameKind } from "../../src/index.ts";
import { type Call, replayCalls } from "./two-domains.ts";

const FAR = "0xfffffffffff";
const EINVAL = -22;
const EIO = -5;
const EOPNOTSUPP = -95;

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
