import { describe, expect, test } from "vitest";
import { call, EXTENDED, placeXenPage, populate, RAM } from "../../src/rules/kinds/example.ts";
import { broken, from, kindAt, releasesOf, upTo } from "./releases.ts";

describe("add_to_physmap", () => {
  test("a second placement: refused from 4.17 on", async () => {
    const first = placeXenPage(1, 0, EXTENDED);
    expect(await releasesOf(first, placeXenPage(1, 0, EXTENDED + 1, -16))).toEqual(from("4.17"));
    expect(await releasesOf(first, placeXenPage(1, 0, EXTENDED + 1, 0))).toEqual(upTo("4.16"));
  });

  test("before 4.17 a grant-table frame moves, and takes what its old gfn holds by then", async () => {
    const moved = [placeXenPage(1, 0, RAM), placeXenPage(1, 0, EXTENDED, 0)];
    expect(await kindAt(RAM, "4.16", ...moved)).toBe("hole");
    expect(await kindAt(EXTENDED, "4.16", ...moved)).toBe("xen");
    const repopulated = [placeXenPage(1, 0, RAM), populate([RAM]), placeXenPage(1, 0, EXTENDED, 0)];
    expect(await broken("4.16", ...repopulated)).toEqual([]);
    expect(await kindAt(RAM, "4.16", ...repopulated)).toBe("hole");
    // From 4.17 on the frame is free again once RAM has replaced it, and RAM stays.
    expect(await broken("4.17", ...repopulated)).toEqual([]);
    expect(await kindAt(RAM, "4.17", ...repopulated)).toBe("own");
  });

  test("before 4.17 shared_info is mapped at both gfns", async () => {
    const twice = [placeXenPage(0, 0, EXTENDED), placeXenPage(0, 0, EXTENDED + 1, 0)];
    expect(await kindAt(EXTENDED, "4.16", ...twice)).toBe("xen");
    expect(await kindAt(EXTENDED + 1, "4.16", ...twice)).toBe("xen");
  });

  test("a range that names ~0: its size is looked at first before 4.17", async () => {
    const args = { domid: "0x7ff0", size: 0, space: 3, idx: "0x0", gpfn: "0xffffffffffffffff" };
    expect(await releasesOf(call(12, 7, args, { ret: -22 }))).toEqual(from("4.17"));
    expect(await releasesOf(call(12, 7, args, { ret: 0 }))).toEqual(upTo("4.16"));
  });
});
