import { describe, expect, test } from "vitest";
import { call, EXTENDED, frame } from "../../src/rules/kinds/example.ts";
import { broken, from, kindAt, releasesOf, upTo } from "./releases.ts";

describe("acquire_resource", () => {
  test("acquire_resource: one call names 32 frames at most before 4.15; unknown types", async () => {
    const frame_list = Array.from({ length: 33 }, (_, i) => frame(EXTENDED + i));
    const many = { domid: 1, type: 1, id: 0, nr_frames: 33, pad: 0, frame: "0x0", frame_list };
    expect(await kindAt(EXTENDED, "4.14", call(12, 28, many, { ret: -7 }))).toBe("hole");
    expect(await broken("4.14", call(12, 28, many, { ret: 0 }))).toEqual(["H08"]);
    const strange = { ...many, type: 9, nr_frames: 1, frame_list: [frame(EXTENDED)] };
    expect(await releasesOf(call(12, 28, strange, { ret: -22 }))).toEqual(["4.14", ...from("4.18")]);
    expect(await releasesOf(call(12, 28, strange, { ret: -95 }))).toEqual(upTo("4.17"));
  });

  test("acquire_resource: chunks of 32 before the one that failed", async () => {
    const frame_list = Array.from({ length: 40 }, (_, i) => frame(EXTENDED + i));
    const args = { domid: 1, type: 1, id: 0, nr_frames: 40, pad: 0, frame: "0x0", frame_list };
    const failed = call(12, 28, args, { ret: -22 });
    expect(await kindAt(EXTENDED + 31, "4.17", failed)).toBe("unknown");
    expect(await kindAt(EXTENDED + 32, "4.17", failed)).toBe("hole");
    expect(await kindAt(EXTENDED + 38, "4.17", call(12, 28, args, { ret: -5 }))).toBe("unknown");
    expect(await kindAt(EXTENDED + 39, "4.17", call(12, 28, args, { ret: -5 }))).toBe("hole");
  });
});
