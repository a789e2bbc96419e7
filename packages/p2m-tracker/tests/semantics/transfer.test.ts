import { describe, expect, test } from "vitest";
import { call, frame, RAM } from "../../src/rules/kinds/example.ts";
import { from, releasesOf, upTo } from "./releases.ts";

describe("transfer", () => {
  test("a transfer is refused as a whole from 4.17 on, whatever its count", async () => {
    const args = { count: 1, ops: [{ mfn: frame(RAM), domid: 1, ref: 13 }] };
    expect(await releasesOf(call(20, 4, args, { ret: -95 }))).toEqual(from("4.17"));
    expect(await releasesOf(call(20, 4, args, { ret: 0, ops: [{ status: -1 }] }))).toEqual(upTo("4.16"));
    expect(await releasesOf(call(20, 4, args, { ret: 0, ops: [{ status: -9 }] }))).toEqual([]);
    expect(await releasesOf(call(20, 4, { count: 0 }, { ret: -95 }))).toEqual(from("4.17"));
  });
});
