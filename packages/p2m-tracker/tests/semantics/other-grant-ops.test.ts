import { describe, expect, test } from "vitest";
import { call, EXTENDED, map } from "../../src/rules/kinds/example.ts";
import { broken, kindAt, RELEASES, releasesOf } from "./releases.ts";

describe("grant ops that do not exist", () => {
  test("dump_table answers -ENOSYS, and so does an unknown one", async () => {
    for (const cmd of [3, 40])
      expect(await releasesOf(call(20, cmd, { count: 1 }, { ret: -38 }))).toEqual(RELEASES);
    expect(await broken("4.20", call(20, 3, { count: 1 }, { ret: 0 }))).toEqual(["H22"]);
  });
  test("an unknown one that was carried out may have changed anything", async () => {
    expect(
      await kindAt(EXTENDED, "4.20", map({ gfn: EXTENDED }), call(20, 40, { count: 1 }, { ret: 0 })),
    ).toBe("unknown");
  });
});
