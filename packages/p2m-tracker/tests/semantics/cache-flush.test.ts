import { describe, expect, test } from "vitest";
import { address, call, EXTENDED, map, PEER_FRAME, RAM } from "../../src/rules/kinds/example.ts";
import { broken } from "./releases.ts";

const flushed = (mfn: number, ret: number, more: object = {}) =>
  call(
    20,
    12,
    { count: 1, ops: [{ dev_bus_addr: address(mfn), offset: 0, length: 4096, op: 1, ...more }] },
    { ret },
  );

describe("cache_flush", () => {
  test("takes own frames, and frames of live grants", async () => {
    expect(await broken("4.20", flushed(RAM, 0), map({ gfn: EXTENDED }), flushed(PEER_FRAME, 0))).toEqual([]);
    expect(await broken("4.20", flushed(RAM, -22))).toEqual(["H22"]);
  });
  test("refuses a range beyond the page, and unknown ops", async () => {
    expect(await broken("4.20", flushed(RAM, -22, { offset: 1 }), flushed(RAM, -22, { op: 4 }))).toEqual([]);
    expect(await broken("4.20", flushed(RAM, 0, { offset: 1 }))).toEqual(["H22"]);
  });
  test("does nothing for a length of 0", async () => {
    expect(await broken("4.20", flushed(PEER_FRAME, 0, { length: 0 }))).toEqual([]);
  });
});
