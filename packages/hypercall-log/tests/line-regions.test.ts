import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineRegions } from "../src/input/line-regions.ts";

/** The lines that a text is cut into, an unterminated last one marked. */
function linesOf(chunks: readonly Uint8Array[]): readonly string[] {
  const lines: string[] = [];
  const decoder = new TextDecoder();
  const regions = new LineRegions({
    lines(bytes, start, end) {
      expect(bytes[end - 1]).toBe(10);
      lines.push(...decoder.decode(bytes.subarray(start, end - 1)).split("\n"));
    },
    unterminated(bytes, start, end) {
      expect(bytes[end - 1]).toBe(10);
      lines.push(`${decoder.decode(bytes.subarray(start, end - 1))} (end)`);
    },
    tooLong() {
      lines.push("(too long)");
    },
  });
  for (const chunk of chunks) regions.push(chunk);
  regions.finish();
  return lines;
}

describe("line regions", () => {
  it("hold every line once, however the text is cut", () => {
    const line = fc.string({ unit: fc.constantFrom("a", "b", " ", "{"), maxLength: 9000 });
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 5 }),
        fc.boolean(),
        fc.array(fc.nat(9000), { maxLength: 5 }),
        (lines, ended, sizes) => {
          const text = lines.join("\n") + (ended && lines.length > 0 ? "\n" : "");
          const bytes = new TextEncoder().encode(text);
          const chunks: Uint8Array[] = [];
          let at = 0;
          for (const size of sizes) {
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          chunks.push(bytes.subarray(at));
          const expected = text.split("\n");
          const last = expected.pop();
          if (last !== "") expected.push(`${last} (end)`);
          expect(linesOf(chunks)).toEqual(expected);
        },
      ),
      { seed: 10 },
    );
  });

  it("leave out a line beyond the bound, the last one too", () => {
    const big = new Uint8Array(1 << 25).fill(65);
    const newline = Uint8Array.of(66, 10, 67, 10);
    expect(linesOf([big, big, big, newline])).toEqual(["(too long)", "C"]);
    expect(linesOf([newline, big, big, big])).toEqual(["B", "C", "(too long)"]);
  });
});
