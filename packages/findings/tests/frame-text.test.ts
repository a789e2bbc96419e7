import { describe, expect, it } from "vitest";
import { frameRangeText, frameText, printable, wrapText } from "../src/index.ts";

describe("frames for people", () => {
  it("are hex, all 64 bits of them", () => {
    expect(frameText(0)).toBe("0x0");
    expect(frameText(0xc5b79)).toBe("0xc5b79");
    expect(frameText(2 ** 52)).toBe("0x10000000000000");
    expect(frameText(2 ** 64)).toBe("0xffffffffffffffff");
  });

  it("are ranges with both ends", () => {
    expect(frameRangeText(0x30000, 1)).toBe("0x30000");
    expect(frameRangeText(0x30000, 0x20000)).toBe("0x30000-0x4ffff");
  });
});

describe("texts for people", () => {
  it("are wrapped between words only", () => {
    expect(wrapText("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrapText("unbreakable", 4)).toEqual(["unbreakable"]);
    expect(wrapText("", 4)).toEqual([""]);
  });

  it("show control characters instead of obeying them", () => {
    expect(printable("disk\u001b[2J\n")).toBe("disk\\x1b[2J\\x0a");
    expect(printable("größer")).toBe("größer");
  });
});
