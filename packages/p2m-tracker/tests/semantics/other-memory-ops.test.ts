import { describe, expect, test } from "vitest";
import { call, decrease, RAM } from "../../src/rules/kinds/example.ts";
import { broken, kindAt, RELEASES, releasesOf } from "./releases.ts";

describe("memory ops that Arm has not", () => {
  test("answer -ENOSYS in every release", async () => {
    for (const cmd of [5, 9, 10, 12, 13, 16, 17, 20, 22, 25, 40])
      expect(await releasesOf(call(12, cmd, {}, { ret: -38 }))).toEqual(RELEASES);
    expect(await broken("4.20", call(12, 20, {}, { ret: 0 }))).toEqual(["H25"]);
  });
  test("the counts of shared pages are 0", async () => {
    expect(await broken("4.20", call(12, 18, {}, { ret: 0 }), call(12, 19, {}, { ret: 0 }))).toEqual([]);
    expect(await broken("4.20", call(12, 18, {}, { ret: 3 }))).toEqual(["H25"]);
  });
  test("an unknown one that was carried out may have changed anything", async () => {
    expect(await kindAt(RAM, "4.20", decrease([RAM]), call(12, 50, {}, { ret: 0 }))).toBe("unknown");
    expect(await kindAt(RAM, "4.20", decrease([RAM]), call(12, 50, {}, { ret: -38 }))).toBe("hole");
  });
});
