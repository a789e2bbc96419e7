import { describe, expect, test } from "vitest";
import { readOracle } from "./oracle-log.ts";
import { type Comparison, type OracleRun, runOracle } from "./oracle-replay.ts";

/** How many comparisons there were, by kind: equal, and left open by the model. */
type Tally = Readonly<Record<string, readonly [equal: number, open: number]>>;

function tallyOf(run: OracleRun): Tally {
  const tally: Record<string, [number, number]> = {};
  for (const { what, model, real } of run.comparisons) {
    tally[what] ??= [0, 0];
    if (model === null) tally[what][1]++;
    else if (model === real) tally[what][0]++;
  }
  return tally;
}

function wrong(run: OracleRun): Comparison[] {
  return run.comparisons.filter(({ model, real }) => model !== null && model !== real);
}

/** "44 ret", "115 state", … of what the model leaves open, each once. */
function openAt(run: OracleRun): string[] {
  const open = run.comparisons.filter(({ model }) => model === null);
  return [...new Set(open.map(({ seq, what }) => `${seq} ${what}`))];
}

function contradictions(run: OracleRun): string[] {
  return run.result.findings.filter(({ rule }) => rule.startsWith("H")).map(({ message }) => message);
}

const dom0: Tally = {
  state: [1894, 0],
  frame: [1540, 0],
  reservation: [568, 0],
  ret: [284, 0],
  errno: [6, 0],
  bus: [50, 0],
  status: [134, 0],
};

/** Direct-mapped domains: everything is predicted, with the answers in the log and without. */
const full: readonly (readonly [name: string, tally: Tally])[] = [
  ["dom0-4.17.7-debian", dom0],
  ["dom0-4.17-debug", dom0],
  [
    "directmap-domu-4.17",
    {
      state: [1874, 0],
      frame: [1530, 0],
      reservation: [556, 0],
      ret: [278, 0],
      errno: [6, 0],
      bus: [49, 0],
      status: [132, 0],
    },
  ],
];

/**
 * The plain domU: which machine frame a populate or a grant gives is not known, and neither is what the heap has
 * below an address limit (record 44).
 */
const plain = {
  state: [1978, 0],
  frame: [734, 616],
  reservation: [658, 0],
  ret: [328, 1],
  errno: [6, 0],
  status: [131, 0],
} as const;

describe("what a real Xen answered and did, against the model", () => {
  for (const [name, tally] of full) {
    for (const results of [true, false]) {
      test(`${name}, ${results ? "with the answers" : "predicted"}`, async () => {
        const run = await runOracle(readOracle(name), { results });
        expect(run.problems).toEqual([]);
        expect(wrong(run)).toEqual([]);
        expect(tallyOf(run)).toEqual(tally);
        expect(contradictions(run)).toEqual([]);
      });
    }
  }

  test("contrast-domu-plain-4.17, with the answers", async () => {
    const run = await runOracle(readOracle("contrast-domu-plain-4.17"), { results: true });
    expect(wrong(run)).toEqual([]);
    expect(tallyOf(run)).toEqual({ ...plain, bus: [24, 0] });
    expect(openAt(run).filter((place) => !place.endsWith(" frame"))).toEqual(["44 ret"]);
    expect(contradictions(run)).toEqual([]);
  });

  test("contrast-domu-plain-4.17, predicted but for record 44", async () => {
    const conversion = { results: false, keep: [44] };
    const run = await runOracle(readOracle("contrast-domu-plain-4.17"), conversion);
    expect(wrong(run)).toEqual([]);
    expect(tallyOf(run)).toEqual({ ...plain, bus: [0, 24] });
  });

  test("without dev_mmio_maps a gfn is open from its dev_mmio to its next populate", async () => {
    const conversion = { results: true, withoutFacts: ["dev_mmio_maps"] };
    const run = await runOracle(readOracle("dom0-4.17.7-debian"), conversion);
    expect(wrong(run)).toEqual([]);
    const seqs = openAt(run).map((place) => Number(place.split(" ")[0]));
    expect([...new Set(seqs)]).toEqual([114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124]);
  });
});

describe("an answer that this Xen does not give is named", () => {
  const oracle = readOracle("dom0-4.17.7-debian");
  /** No rule is about these two: a toolstack or the host decides them. */
  const free = ["XENMEM_maximum_ram_page", "XENMEM_maximum_reservation"];
  const first = new Map<string, number>();
  oracle.records.forEach(({ nr, cmd_name, cmd }, index) => {
    const name = `${nr === 12 ? "memory_op" : "grant_table_op"} ${cmd_name === "?" ? cmd : cmd_name}`;
    if (!free.includes(cmd_name) && !first.has(name)) first.set(name, index);
  });
  for (const [name, index] of first) {
    test(name, async () => {
      const records = [...oracle.records.slice(0, index), { ...oracle.records[index], ret: 77 }];
      const run = await runOracle({ ...oracle, records, notIdentity: {} }, { results: true });
      const exit = 2 * (index + 1);
      const named = run.result.findings.filter(({ rule, event }) => rule.startsWith("H") && event === exit);
      expect(named).toHaveLength(1);
    });
  }
});

describe("a fact that is missing leaves answers open, and none wrong", () => {
  for (const name of ["dom0-4.17.7-debian", "directmap-domu-4.17", "contrast-domu-plain-4.17"]) {
    const oracle = readOracle(name);
    const facts = Object.keys(oracle.spec.facts as object).filter((fact) => fact !== "domid");
    for (const withoutFacts of [...facts.map((fact) => [fact]), facts]) {
      const what = withoutFacts.length === 1 ? withoutFacts[0] : "all";
      test(`${name} without ${what}`, async () => {
        for (const results of [true, false]) {
          const run = await runOracle(oracle, { results, withoutFacts });
          expect(wrong(run)).toEqual([]);
          expect(contradictions(run)).toEqual([]);
        }
      });
    }
  }
});
