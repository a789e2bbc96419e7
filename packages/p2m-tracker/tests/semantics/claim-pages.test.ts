import { describe, expect, test } from "vitest";
import { call } from "../../src/rules/kinds/example.ts";
import { from, RELEASES, releasesOf } from "./releases.ts";

const claimed = (members: object, ret: number) =>
  call(12, 24, { domid: 1, extent_order: 0, mem_flags: 0, nr_extents: 1, ...members }, { ret });

describe("claim_pages", () => {
  test("takes order 0 and a domain id as it is", async () => {
    expect(await releasesOf(claimed({ extent_order: 1 }, -22))).toEqual(RELEASES);
    expect(await releasesOf(claimed({ domid: "0x7ff0" }, -22))).toEqual(RELEASES);
    expect(await releasesOf(claimed({ domid: "0x7ff0" }, 0))).toEqual([]);
  });
  test("is refused as a whole with cache colouring, which came in 4.20", async () => {
    expect(await releasesOf(claimed({ extent_order: 1 }, -95))).toEqual(from("4.20"));
  });
});
