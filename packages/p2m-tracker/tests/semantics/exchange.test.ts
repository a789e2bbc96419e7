import { describe, expect, test } from "vitest";
import { call, EXTENDED, frame, RAM } from "../../src/rules/kinds/example.ts";
import { RELEASES, releasesOf } from "./releases.ts";

function exchanged(gfn: number, ret: number, out: object = {}): object[] {
  const list = { domid: "0x7ff0", extent_order: 0, mem_flags: 0, nr_extents: 1 };
  const args = {
    in: { ...list, extents: [frame(gfn)] },
    out: { ...list, extents: [frame(gfn)] },
    nr_exchanged: 0,
  };
  return call(12, 11, args, { ret, ...out });
}

describe("exchange", () => {
  test("refuses every frame that there is with -EOPNOTSUPP", async () => {
    expect(await releasesOf(exchanged(RAM, -95))).toEqual(RELEASES);
    expect(await releasesOf(exchanged(RAM, 0))).toEqual([]);
  });
  test("answers -EINVAL for a hole", async () => {
    expect(await releasesOf(exchanged(EXTENDED, -22))).toEqual(RELEASES);
    expect(await releasesOf(exchanged(EXTENDED, -95))).toEqual([]);
  });
});
