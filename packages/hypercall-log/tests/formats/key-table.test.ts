import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeyTable, UNKNOWN_KEY, UNUSUAL_KEY } from "../../src/json/key-table.ts";

const encoder = new TextEncoder();

describe("a key table", () => {
  it("finds its keys and no others, in any order, guessed or not", () => {
    const names = fc.uniqueArray(
      fc.string({ unit: fc.constantFrom("a", "b", "é", "_"), minLength: 1, maxLength: 6 }),
      {
        minLength: 1,
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(names, fc.array(fc.nat(30)), (all, picks) => {
        const known = all.slice(0, Math.ceil(all.length / 2));
        const table = new KeyTable(known);
        let previous = -1;
        for (const pick of picks) {
          const name = all[pick % all.length];
          const text = encoder.encode(`"${name}":1\n`);
          const view = new DataView(text.buffer);
          const code = known.indexOf(name);
          const guess = table.guess(view, 0, previous);
          if (guess !== UNKNOWN_KEY) {
            expect(guess).toBe(code);
            expect(text[table.end]).toBe(49);
          }
          expect(table.find(text, 1, previous)).toBe(code);
          expect(text[table.end]).toBe(58);
          if (code >= 0) {
            // Room for whole words behind the text, as a region of lines mostly has.
            const padded = encoder.encode(`"${name}":1\n    `);
            expect(table.guess(new DataView(padded.buffer), 0, previous)).toBe(code);
            previous = code;
          }
        }
      }),
      { seed: 11 },
    );
  });

  it("does not guess beyond the text's end", () => {
    const table = new KeyTable(["id"]);
    const text = encoder.encode('"id":');
    expect(table.find(text, 1, -1)).toBe(0);
    expect(table.guess(new DataView(text.buffer), 0, -1)).toBe(UNKNOWN_KEY);
  });

  it("leaves keys with escapes, and those that do not end, to others", () => {
    const table = new KeyTable(["id"]);
    expect(table.find(encoder.encode('i\\u0064":\n'), 0, -1)).toBe(UNUSUAL_KEY);
    expect(table.find(encoder.encode("id\n"), 0, -1)).toBe(UNUSUAL_KEY);
  });

  it("may be empty", () => {
    const table = new KeyTable([]);
    const text = encoder.encode('"id":1        \n');
    expect(table.guess(new DataView(text.buffer), 0, -1)).toBe(UNKNOWN_KEY);
    expect(table.find(text, 1, -1)).toBe(UNKNOWN_KEY);
  });
});
