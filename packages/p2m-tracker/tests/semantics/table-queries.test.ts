import { describe, expect, test } from "vitest";
import { call, EXTENDED, placeXenPage } from "../../src/rules/kinds/example.ts";
import { broken } from "./releases.ts";

const one = (cmd: number, op: object, result: object, ret = 0, count = 1) =>
  call(20, cmd, { count, ops: [{ dom: "0x7ff0", ...op }] }, { ret, ops: [result] });

describe("questions about the grant table", () => {
  test("query_size: the table has as many frames as were placed, at least", async () => {
    const placed = placeXenPage(1, 5, EXTENDED);
    expect(await broken("4.20", placed, one(6, {}, { status: 0, nr_frames: 6, max_nr_frames: 64 }))).toEqual(
      [],
    );
    expect(await broken("4.20", placed, one(6, {}, { status: 0, nr_frames: 5, max_nr_frames: 64 }))).toEqual([
      "H11",
    ]);
  });
  test("they take exactly one op", async () => {
    expect(await broken("4.20", one(2, { nr_frames: 1 }, {}, -22, 2))).toEqual([]);
    expect(await broken("4.20", one(2, { nr_frames: 1 }, { status: 0 }, 0, 2))).toEqual(["H11"]);
  });
});
