import { describe, expect, test } from "vitest";
import {
  address,
  call,
  decrease,
  EXTENDED,
  map,
  mapForeign,
  PEER_FRAME,
  populate,
  RAM,
  remove,
  unmap,
} from "../../src/rules/kinds/example.ts";
import { broken, from, kindAt, RELEASES, releasesOf, upTo } from "./releases.ts";

describe("unmap_grant_ref", () => {
  test("unmap over another frame: the check of 4.17", async () => {
    const before = [decrease([RAM]), map({ gfn: RAM }), populate([RAM])];
    expect(await releasesOf(...before, unmap(RAM, 1, -1))).toEqual(from("4.17"));
    expect(await releasesOf(...before, unmap(RAM, 1, 0))).toEqual(upTo("4.16"));
    expect(await kindAt(RAM, "4.16", ...before, unmap(RAM, 1, 0))).toBe("hole");
    expect(await kindAt(RAM, "4.17", ...before, unmap(RAM, 1, -1))).toBe("own");
  });

  test("unmap with the address of another frame: looked at up to 4.15", async () => {
    const op = { host_addr: address(EXTENDED), dev_bus_addr: address(PEER_FRAME + 1), handle: 1 };
    const answered = (status: number) => call(20, 1, { count: 1, ops: [op] }, { ret: 0, ops: [{ status }] });
    expect(await releasesOf(map({ gfn: EXTENDED }), answered(-1))).toEqual(upTo("4.15"));
    expect(await releasesOf(map({ gfn: EXTENDED }), answered(0))).toEqual(from("4.16"));
  });

  test("unmap of the same frame under another handle removes it in every release", async () => {
    const twice = map({ gfn: EXTENDED, handle: 1 }, { gfn: EXTENDED, handle: 2 });
    expect(await releasesOf(twice, unmap(EXTENDED, 1, 0))).toEqual(RELEASES);
    expect(await kindAt(EXTENDED, "4.17", twice, unmap(EXTENDED, 1, 0))).toBe("hole");
  });

  test("a foreign page over a grant keeps its handle from being unmapped from 4.17 on", async () => {
    const self = { dom: 0, mfn: RAM + 9 };
    const covered = [map({ gfn: EXTENDED, ...self }), mapForeign(EXTENDED)];
    expect(await releasesOf(...covered, unmap(EXTENDED, 1, -1))).toEqual(from("4.17"));
    expect(await releasesOf(...covered, unmap(EXTENDED, 1, 0))).toEqual(upTo("4.16"));
    const later = [unmap(EXTENDED, 1, -1), remove(EXTENDED), unmap(EXTENDED, 1, 0), unmap(EXTENDED, 1, -4)];
    expect(await releasesOf(...covered, ...later)).toEqual(from("4.17"));
    // Of the same owner it may be the granted frame itself.
    const same = [map({ gfn: EXTENDED }), mapForeign(EXTENDED)];
    expect(await releasesOf(...same, unmap(EXTENDED, 1, 0))).toEqual(RELEASES);
    expect(await releasesOf(...same, unmap(EXTENDED, 1, -1))).toEqual(from("4.17"));
  });

  test("fragments of one call at the HVC: each does its part", async () => {
    const ops = [1, 2].map((handle) => ({
      host_addr: address(EXTENDED + handle),
      dev_bus_addr: "0x0",
      handle,
    }));
    const maps = map({ gfn: EXTENDED + 1, handle: 1 }, { gfn: EXTENDED + 2, handle: 2 });
    const half = call(20, 1, { count: 2, ops }, { ret: 1, ops: [{ status: 0 }, {}] });
    const rest = call(20, 1, { count: 1, ops: [ops[1]] }, { ret: 0, ops: [{ status: 0 }] });
    expect(await broken("4.17", maps, half, rest)).toEqual([]);
    expect(await kindAt(EXTENDED + 2, "4.17", maps, half)).toBe("grant");
    expect(await broken("4.17", maps, half, decrease([RAM]))).toEqual(["H27"]);
  });
});
