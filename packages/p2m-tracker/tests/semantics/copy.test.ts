import { describe, expect, test } from "vitest";
import { call, frame, RAM } from "../../src/rules/kinds/example.ts";
import { from, releasesOf, upTo } from "./releases.ts";

describe("copy", () => {
  test("a copy of nothing is looked at before 4.19", async () => {
    const source = { gmfn: frame(RAM), domid: 0, offset: 0 };
    const op = { source, dest: { ...source, domid: 0x7ff0 }, len: 0, flags: 0 };
    const copied = (status: number) => call(20, 5, { count: 1, ops: [op] }, { ret: 0, ops: [{ status }] });
    expect(await releasesOf(copied(0))).toEqual(from("4.19"));
    expect(await releasesOf(copied(-8))).toEqual(upTo("4.18"));
  });
});
