import { describe, expect, test } from "vitest";
import { call, EXTENDED, frame, RAM } from "../../src/rules/kinds/example.ts";
import { from, kindAt, RELEASES, releasesOf, upTo } from "./releases.ts";

describe("add_to_physmap_batch", () => {
  test("the gfn ~0 of a batch: the whole call fails from 4.17 on, and what came before is done", async () => {
    const args = {
      domid: "0x7ff0",
      space: 1,
      size: 2,
      res0: 0,
      idxs: ["0x0", "0x1"],
      gpfns: [frame(EXTENDED), "0xffffffffffffffff"],
    };
    const whole = call(12, 23, args, { ret: -22, errs: [0, null] });
    expect(await releasesOf(whole)).toEqual(from("4.17"));
    expect(await releasesOf(call(12, 23, args, { ret: 0, errs: [0, -22] }))).toEqual(upTo("4.16"));
    expect(await kindAt(EXTENDED, "4.17", whole)).toBe("xen");
  });

  test.each([
    [0, -3, upTo("4.22")],
    [0, -1, from("4.20")],
    [0x7ff0, -22, upTo("4.22")],
    [0x7ff0, -3, from("4.20")],
    [0x7ff4, -3, RELEASES],
    [0, -22, []],
  ])("a foreign map that names %i answers %i", async (foreign_domid, errno, releases) => {
    const lists = { idxs: [frame(RAM)], gpfns: [frame(EXTENDED)] };
    const args = { domid: "0x7ff0", space: 4, size: 1, foreign_domid, ...lists };
    expect(await releasesOf(call(12, 23, args, { ret: 0, errs: [errno] }))).toEqual(releases);
  });

  test("DOMID_IO is found up to 4.19, but has no frame to map", async () => {
    const args = {
      domid: "0x7ff0",
      space: 4,
      size: 1,
      foreign_domid: 0x7ff1,
      idxs: ["0x1234"],
      gpfns: [frame(EXTENDED)],
    };
    const answered = (errno: number) => releasesOf(call(12, 23, args, { ret: 0, errs: [errno] }));
    expect(await answered(-22)).toEqual(upTo("4.22"));
    expect(await answered(-3)).toEqual(from("4.20"));
    expect(await answered(0)).toEqual([]);
  });
});
