import { describe, expect, test } from "vitest";
import {
  call,
  decrease,
  EXTENDED,
  frame,
  mapForeign,
  populate,
  RAM,
  remove,
} from "../../src/rules/kinds/example.ts";
import { kindAt, RELEASES, releasesOf } from "./releases.ts";

describe("remove_from_physmap", () => {
  test("what the toolstack does with foreign pages", async () => {
    const gone = [mapForeign(RAM), remove(RAM), remove(RAM, -2), populate([RAM])];
    const kept = [mapForeign(RAM), decrease([RAM], 0), populate([RAM]), remove(RAM), populate([RAM])];
    expect(await releasesOf(...gone, ...kept)).toEqual(RELEASES);
    expect(await kindAt(RAM, "4.20", ...gone, ...kept)).toBe("own");
  });

  test("foreign pages are removed, and refused as a source of a copy, in every release", async () => {
    const foreign = mapForeign(EXTENDED);
    expect(await releasesOf(foreign, remove(EXTENDED, 0))).toEqual(RELEASES);
    const side = { gmfn: frame(EXTENDED), domid: 0x7ff0, offset: 0 };
    const op = { source: side, dest: { ...side, gmfn: frame(RAM) }, len: 8, flags: 0 };
    const copied = call(20, 5, { count: 1, ops: [op] }, { ret: 0, ops: [{ status: -9 }] });
    expect(await releasesOf(foreign, copied)).toEqual(RELEASES);
  });
});
