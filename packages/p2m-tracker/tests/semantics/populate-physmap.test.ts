import { describe, expect, test } from "vitest";
import { decrease, EXTENDED, map, populate, RAM } from "../../src/rules/kinds/example.ts";
import { broken, kindAt, RELEASES, releasesOf } from "./releases.ts";

describe("populate_physmap", () => {
  test("puts back the frame that a direct-mapped domain owns, in every release", async () => {
    expect(await releasesOf(decrease([RAM]), populate([RAM]))).toEqual(RELEASES);
    expect(await kindAt(RAM, "4.20", decrease([RAM]), populate([RAM]))).toBe("own");
  });
  test("replaces whatever was mapped there", async () => {
    expect(await kindAt(RAM, "4.20", decrease([RAM]), map({ gfn: RAM }), populate([RAM]))).toBe("own");
  });
  test("stops at a frame that the domain does not own", async () => {
    expect(await broken("4.20", populate([EXTENDED], 0))).toEqual([]);
    expect(await broken("4.20", populate([EXTENDED], 1))).toEqual(["H02"]);
    expect(await broken("4.20", populate([RAM, EXTENDED, RAM + 1], 1))).toEqual([]);
    expect(await broken("4.20", populate([RAM, EXTENDED, RAM + 1], 2))).toEqual(["H03"]);
  });
  test("never works on demand", async () => {
    expect(await broken("4.20", populate([RAM], 1, { mem_flags: 1 << 16 }))).toEqual(["H23"]);
  });
});
