import { describe, expect, test } from "vitest";
import { call } from "../../src/rules/kinds/example.ts";
import { broken } from "./releases.ts";

const asked = (cmd: number, ret: number) => call(12, cmd, { domid: "0x7ff0" }, { ret });
const increased = (nr: number, ret: number) =>
  call(12, 0, { domid: "0x7ff0", extent_order: 0, mem_flags: 0, nr_extents: nr, start_extent: 0 }, { ret });

describe("increase_reservation", () => {
  test("adds the pages of the extents done to what the domain owns", async () => {
    expect(await broken("4.20", asked(3, 100), increased(4, 3), asked(3, 103))).toEqual([]);
    expect(await broken("4.20", asked(3, 100), increased(4, 3), asked(3, 104))).toEqual(["H05"]);
  });
  test("answers a count from start_extent to nr_extents", async () => {
    expect(await broken("4.20", increased(4, 5))).toEqual(["H01"]);
    expect(await broken("4.20", increased(4, -1))).toEqual(["H01"]);
  });
});
