import { describe, expect, it } from "vitest";
import { type Call, replayCalls } from "./two-domains.ts";

const OWN = 0x60002;
const BEYOND_TABLE = 600_000;
const EAGAIN = -12;
const BAD_GNTREF = -3;

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
