import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Run } from "@xgt/run";
import { describe, expect, it } from "vitest";
import { readScenarios } from "../src/scenarios/scenario.ts";
import { contentOf, rulesOf, runOf } from "./log-content.ts";

const corpus = join(import.meta.dirname, "../../../corpus/lab-tools/4.20");
const scenarios = await readScenarios();
const names = [...new Set(readdirSync(corpus).map((name) => name.slice(0, name.indexOf("."))))];
const path = (name: string, ending: string) => join(corpus, `${name}.${ending}.gz`);
const textOf = (name: string, ending: string) =>
  gunzipSync(readFileSync(path(name, ending))).toString("latin1");

/** A form that a run was recorded in beside the module's. */
interface Form {
  readonly ending: string;
  /** What the form lacks, and where a replay of it alone says so. */
  readonly lacks: string;
  readonly says: (run: Run) => readonly string[];
  readonly saying: RegExp;
  /** Events by the count of the tool itself; of bpftrace, whose lines are parts of calls, those that begin and end one. */
  readonly counted: (name: string) => number;
  /** Its own words, which are no events. */
  readonly skipped: readonly string[];
}

const lines = (name: string, ending: string) => textOf(name, ending).trimEnd().split("\n").length;
/** `trace-cmd report | wc -l`; its first line is "cpus=2". */
const reported = (name: string) => lines(name, "trace-report.txt") - 1;
const warned = ({ inputs }: Run) => inputs[0].log.stats.warnings.map(({ message }) => message);
const CPUS = "trace-cmd's words about the file";
const firstOnly = {
  lacks: "of lists but the balloon's the first frame only",
  says: ({ result }: Run) => [...result.counters.forgotten.keys()],
  saying: /frame list of acquire_resource was cut/,
};
const zeros = { lacks: "the arrays: libtraceevent prints zeros", says: warned, saying: /printed as zeros/ };

const forms: readonly Form[] = [
  { ending: "ftrace.txt", ...firstOnly, counted: entriesWritten, skipped: [] },
  { ending: "trace.dat", ...firstOnly, counted: reported, skipped: [] },
  { ending: "trace-report-R.txt", ...firstOnly, counted: reported, skipped: [CPUS] },
  { ending: "trace-report.txt", ...zeros, counted: reported, skipped: [CPUS] },
  { ending: "perf.txt", ...zeros, counted: (name) => lines(name, "perf.txt"), skipped: [] },
  {
    ending: "bpftrace.txt",
    lacks: "DMA",
    says: ({ result }) => result.undecided.map(({ rule, why }) => `${rule}: ${why}`),
    saying: /^G17: .*no DMA events/,
    counted: (name) => [...textOf(name, "bpftrace.txt").matchAll(/^[ERP] /gm)].length,
    skipped: ["bpftrace's own words"],
  },
];

/** Events that the ring buffer says were written to it. */
function entriesWritten(name: string): number {
  return Number(/entries-written: \d+\/(\d+)/.exec(textOf(name, "ftrace.txt"))?.[1]);
}

/** Seconds by which recorders of one machine tell the time of one call differently, under emulation. */
const SLACK = 0.05;

describe.each(names)("%s, recorded in all forms at once", (name) => {
  const module = path(name, "ndjson");
  const scenario = scenarios.find((one) => one.name === name);
  const device = (maps: readonly string[]) => maps.filter((map) => map.startsWith("0000:"));

  describe.each(forms)("$ending", ({ ending, skipped, counted, says, saying, lacks }) => {
    const log = path(name, ending);
    const hasDma = lacks !== "DMA";

    it("holds the module's hypercalls with their results, and nothing was lost", async () => {
      const mine = await contentOf(log, skipped);
      const theirs = await contentOf(module);
      const [first, last] = [mine.times[0] - SLACK, mine.times[mine.times.length - 1] + SLACK];
      const meanwhile = theirs.calls.filter((_, i) => theirs.times[i] >= first && theirs.times[i] <= last);
      expect(mine.lost).toBe(0);
      expect(mine.calls).toEqual(meanwhile);
      expect(mine.calls.length).toBeGreaterThan(10);
    });

    it(hasDma ? "has the DMA of the disk" : "has no DMA", async () => {
      const { maps } = await contentOf(log, skipped);
      expect(device(maps)).toEqual(hasDma ? device((await contentOf(module)).maps) : []);
    });

    it("has as many events as its tool counts", async () => {
      const { inputs } = await runOf(module, [log]);
      expect(inputs[0].log.stats.events).toBe(counted(name));
    });

    it("with the module's log gives the same findings and the same map", async () => {
      const alone = await runOf(module, [module]);
      const both = await runOf(module, [module, log]);
      expect(rulesOf(both)).toEqual(rulesOf(alone));
      for (const { domid } of alone.result.domains)
        expect(both.mapRuns(domid, true)).toEqual(alone.mapRuns(domid, true));
    });

    it(`alone shows nothing that is not there, and says that it lacks ${lacks}`, async () => {
      const run = await runOf(module, [log]);
      const left = [...rulesOf(await runOf(module, [module]))];
      for (const rule of rulesOf(run)) expect(left.splice(left.indexOf(rule), 1)).toEqual([rule]);
      if (scenario?.needsDma === true || says === warned)
        expect(says(run)).toEqual(expect.arrayContaining([expect.stringMatching(saying)]));
    });
  });

  it.each(["ftrace.txt", "trace.dat", "trace-report-R.txt", "perf.txt"])(
    "bpftrace's calls with the DMA of %s show what the module's log shows, without it",
    async (ending) => {
      const theirs = await runOf(module, [module]);
      const run = await runOf(module, [path(name, "bpftrace.txt"), path(name, ending)]);
      expect(rulesOf(run)).toEqual(rulesOf(theirs));
      for (const { domid } of theirs.result.domains)
        expect(run.mapRuns(domid, true)).toEqual(theirs.mapRuns(domid, true));
    },
  );
});
