import { describe, expect, it } from "vitest";
import {
  findRule,
  parseCount,
  parseFrames,
  parseOps,
  parseRules,
  parseSkew,
  parseTimes,
  parseXen,
} from "../src/terminal/parse-options.ts";

describe("values of options", () => {
  it("takes frames as ranges with both ends, as lengths, and alone", () => {
    expect(parseFrames("0x30000-0x4ffff, 0x30000+0x20000,gfn:0x7")).toEqual([
      { first: 0x30000, last: 0x4ffff },
      { first: 0x30000, last: 0x4ffff },
      { first: 7, last: 7 },
    ]);
  });

  it.each(["30000", "0x10-0x1", "0x1+0x0", "0x1..0x2", "0x", "0x1-0x2-0x3"])(
    "refuses the frames %s",
    (text) => {
      expect(() => parseFrames(text)).toThrow(/hex|no frame/);
    },
  );

  it("takes times with either end left out", () => {
    expect(parseTimes("14.6,14.8")).toEqual({ from: 14.6, to: 14.8 });
    expect(parseTimes(",14.8")).toEqual({ from: Number.NEGATIVE_INFINITY, to: 14.8 });
    expect(parseTimes("14.6,")).toEqual({ from: 14.6, to: Number.POSITIVE_INFINITY });
  });

  it.each(["14.6", "b,a", "2,1", "1,2,3", ".,1"])("refuses the times %s", (text) => {
    expect(() => parseTimes(text)).toThrow("START,STOP");
  });

  it("takes sub-ops by Xen's names, with and without the prefix, and whole hypercalls", () => {
    expect(parseOps("populate_physmap,XENMEM_decrease_reservation,GNTTABOP_map_grant_ref,memory_op")).toEqual(
      new Set(["12:6", "12:1", "20:0", "12:*"]),
    );
    expect(() => parseOps("populate_fysmap")).toThrow("did you mean populate_physmap?");
  });

  it("takes rules by id and by name", () => {
    expect(parseRules("g44, dma-wrong-frame")).toEqual(new Set(["G44", "G45"]));
    expect(findRule("DMA-to-hole")).toBe("G44");
    expect(() => parseRules("G4x")).toThrow("No rule is called G4x");
  });

  it("takes versions of Xen, counts and clock differences, and refuses what is none", () => {
    expect(parseXen("4.17")).toBe("4.17");
    expect(parseXen("xen-4.17.3")).toBe("4.17");
    expect(parseXen("master")).toBe("4.23");
    for (const unknown of ["latest", "5.0", "4.10", "4.24"]) {
      expect(() => parseXen(unknown)).toThrow(/Releases known here are 4\.11, .*4\.22, master\./);
    }
    expect(parseCount(8)("8")).toBe(8);
    for (const text of ["0", "9", "-1", "1.5", "x", ""]) expect(() => parseCount(8)(text)).toThrow("1 to 8");
    const one = parseSkew("trace.txt=-0.5", undefined);
    expect(parseSkew("a=b.txt=2", one)).toEqual(
      new Map([
        ["trace.txt", -0.5],
        ["a=b.txt", 2],
      ]),
    );
    for (const text of ["trace.txt", "=1", "trace.txt=", "trace.txt=soon"]) {
      expect(() => parseSkew(text, undefined)).toThrow("LOG=SECONDS");
    }
  });
});
