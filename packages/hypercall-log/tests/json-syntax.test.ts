import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { syntaxFaultOf } from "../src/json/json-syntax.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("syntax faults", () => {
  it("are found exactly where JSON.parse refuses", () => {
    const edit = fc.record({
      at: fc.nat(),
      drop: fc.nat(2),
      put: fc.constantFrom("", '"', "}", "]", ",", ":", "0", "-", ".", "e", "t", "\\", "\u0001", " "),
    });
    fc.assert(
      fc.property(fc.json(), fc.array(edit, { maxLength: 2 }), (json, edits) => {
        let text = json;
        for (const { at, drop, put } of edits) {
          const from = at % (text.length + 1);
          text = text.slice(0, from) + put + text.slice(from + drop);
        }
        const fault = syntaxFaultOf(text);
        expect(fault === null).toBe(isJson(text));
        if (fault !== null) expect(fault.at).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 2000, seed: 5 },
    );
  });

  it.each([
    ["", 0],
    ["[1 2]", 3],
    ['{"a":tru}', 5],
    ['{"a":1}x', 7],
    ['{"a","b"}', 4],
    ['"\\u12"', 1],
    ['{"a":"b\nc"}', 7],
    ["{1:2}", 1],
    ["[}", 1],
    ["[1,]", 3],
    ["-", 0],
  ])("of %j are at %i", (text, at) => {
    expect(syntaxFaultOf(text)?.at).toBe(at);
  });
});
