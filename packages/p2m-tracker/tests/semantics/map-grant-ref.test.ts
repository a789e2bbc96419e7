import { describe, expect, test } from "vitest";
import { address, call, EXTENDED, map, PEER_FRAME } from "../../src/rules/kinds/example.ts";
import { from, kindAt, releasesOf, upTo } from "./releases.ts";

describe("map_grant_ref", () => {
  test("an exhausted maptrack", async () => {
    expect(await releasesOf(map({ gfn: EXTENDED, status: -7 }))).toEqual(upTo("4.15"));
    expect(await releasesOf(map({ gfn: EXTENDED, status: -13 }))).toEqual(from("4.16"));
  });

  test("a batch of maps: the ops before the fault, and perhaps the one at it", async () => {
    const ops = [0, 1, 2].map((i) => ({ host_addr: address(EXTENDED + i), flags: 2, ref: 8, dom: 1 }));
    const done = { status: 0, handle: 1, dev_bus_addr: address(PEER_FRAME) };
    const partial = call(20, 0, { count: 3, ops }, { ret: -14, ops: [done, {}, {}] });
    expect(await kindAt(EXTENDED, "4.17", partial)).toBe("grant");
    expect(await kindAt(EXTENDED + 1, "4.17", partial)).toBe("unknown");
    expect(await kindAt(EXTENDED + 2, "4.17", partial)).toBe("hole");
  });
});
