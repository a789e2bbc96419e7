import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BothWays, readEvents, replayBothWays } from "./both-ways.ts";
import { changed, disturbed, HealthyLog, headers, type Line } from "./healthy-log.ts";

async function bothWays(header: Line, lines: readonly Line[], rows: number): Promise<BothWays> {
  const text = [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join("");
  const log = await readEvents("-", text);
  const both = replayBothWays(log, rows, (straight, round) => expect(straight).toEqual(round));
  expect(both.straight).toEqual(both.round);
  return both;
}

const seed = fc.integer({ min: 1, max: 2 ** 31 });
const shown = fc.constantFrom(1, 2, 64);
const rows = fc.constantFrom(1, 2, 5, 64);
const header = fc.constantFrom(...headers);

describe("the straight path, on random logs of a backend at work", () => {
  test("takes nearly all of a healthy one", async () => {
    const { lines } = new HealthyLog(7, 200, 64);
    for (const known of headers.slice(0, 3)) {
      const { taken, native } = await bothWays(known, lines, 1000);
      expect(taken).toBeGreaterThan(0.85 * lines.length);
      expect(native).toBeGreaterThan(0.6 * lines.length);
    }
  });

  test("takes in WebAssembly what a balloon names in any order", async () => {
    const { lines } = new HealthyLog(7, 200, 64, true);
    const { taken, takenBoth } = await bothWays(headers[0], lines, 1000);
    expect(takenBoth).toBeGreaterThan(taken + 50);
  });

  test("says what the other one says, whatever is known of the domain and however the rows come", async () => {
    await fc.assert(
      fc.asyncProperty(
        seed,
        shown,
        header,
        rows,
        fc.boolean(),
        async (seed, shown, header, rows, anyOrder) => {
          await bothWays(header, new HealthyLog(seed, 25, shown, anyOrder).lines, rows);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("says what the other one says where one value of the log is another", async () => {
    const pick = fc.tuple(fc.nat(10_000), fc.nat(100), fc.nat(100));
    await fc.assert(
      fc.asyncProperty(seed, shown, header, rows, pick, async (seed, shown, header, rows, pick) => {
        const { lines } = new HealthyLog(seed, 12, shown, pick[0] % 2 === 0);
        await bothWays(header, changed(lines, pick), rows);
      }),
      { numRuns: 120 },
    );
  });

  test("says what the other one says where lines are missing, come twice, or others stand between", async () => {
    const pick = fc.tuple(fc.nat(10_000), fc.nat(3), fc.nat(10_000));
    const picks = fc.array(pick, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(seed, shown, header, rows, picks, async (seed, shown, header, rows, picks) => {
        const { lines } = new HealthyLog(seed, 12, shown, picks.length > 1);
        await bothWays(header, picks.reduce<Line[]>(disturbed, lines), rows);
      }),
      { numRuns: 60 },
    );
  });
});
