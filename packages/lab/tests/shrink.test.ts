import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sequence } from "../src/differential/make-script.ts";
import type { DifferentialRun } from "../src/differential/run-differential.ts";
import { badVariants, shrink } from "../src/differential/shrink.ts";

const BOOTS_MAX = 24;

/** A Xen that disagrees at the last of some calls, where all of them come in this order after a healing. */
class FakeXen {
  boots = 0;
  private readonly needed: readonly string[];

  constructor(needed: readonly string[]) {
    this.needed = needed;
  }

  run = async (sequences: readonly Sequence[]): Promise<DifferentialRun> => {
    this.boots++;
    const disagreements: { step: number; event: number; text: string }[] = [];
    let step = 0;
    for (const sequence of sequences) {
      step++;
      let seen = 0;
      for (const call of sequence) {
        step++;
        if (textOf(call) === this.needed[seen]) seen++;
        if (seen < this.needed.length) continue;
        disagreements.push({ step, event: 2 * step, text: "no" });
        seen = 0;
      }
    }
    const log = sequences.flatMap((sequence) => [...sequence]);
    return { calls: step, states: 0, open: 0, disagreements, log, seconds: 1, lacks: "" };
  };
}

function calls(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => Buffer.from(`call ${index}`));
}

function textOf(call: Uint8Array): string {
  return Buffer.from(call).toString();
}

describe("shrink", () => {
  it("finds the two calls of forty that a disagreement needs", async () => {
    const xen = new FakeXen(["call 3", "call 31"]);
    const { sequence, run } = await shrink(xen.run, calls(40));
    expect(sequence.map(textOf)).toEqual(["call 3", "call 31"]);
    expect(run.log.map(textOf)).toEqual(["call 3", "call 31"]);
    expect(run.disagreements).toHaveLength(1);
    expect(xen.boots).toBeLessThan(BOOTS_MAX);
  });

  it("leaves only calls that are needed, whichever they are", async () => {
    const needed = fc.uniqueArray(fc.nat(39), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(needed, async (numbers) => {
        const names = numbers.sort((a, b) => a - b).map((number) => `call ${number}`);
        const xen = new FakeXen(names);
        const { sequence } = await shrink(xen.run, calls(40));
        expect(sequence.map(textOf)).toEqual(names);
        expect(xen.boots).toBeLessThanOrEqual(BOOTS_MAX);
      }),
    );
  });

  it("returns the sequence as it is where it shows nothing alone", async () => {
    const xen = new FakeXen(["call 99"]);
    const { sequence, run } = await shrink(xen.run, calls(40));
    expect(sequence).toHaveLength(40);
    expect(run.disagreements).toEqual([]);
    expect(xen.boots).toBe(1);
  });

  it("returns the whole sequence where the shortest shows nothing alone", async () => {
    const honest = new FakeXen(["call 3"]);
    const moody = async (sequences: readonly Sequence[]) => {
      const run = await honest.run(sequences);
      const alone = sequences.length === 1 && sequences[0].length < 40;
      return alone ? { ...run, disagreements: [] } : run;
    };
    const { sequence, run } = await shrink(moody, calls(40));
    expect(sequence).toHaveLength(40);
    expect(run.disagreements).toHaveLength(1);
  });
});

describe("badVariants", () => {
  const variants = [["a", "b"], ["c"], ["d"]].map((names) => names.map((name) => Buffer.from(name)));
  // Steps: heal 1, a 2, b 3, heal 4, c 5, heal 6, d 7, heal 8.
  const at = (...steps: number[]) =>
    badVariants({ disagreements: steps.map((step) => ({ step, event: 0, text: "" })) }, variants);

  it("finds variants by the steps at which they went wrong", () => {
    expect(at(5)).toEqual([1]);
    expect(at(7, 2)).toEqual([0, 2]);
    expect(at()).toEqual([]);
  });

  it("takes what a healing brings to light for a fault of the calls before it", () => {
    expect(at(4)).toEqual([0]);
    expect(at(6)).toEqual([1]);
    expect(at(8)).toEqual([2]);
  });
});
