import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../packages/hypercall-abi/tests/mutate-headers.ts";
import type { FormatName } from "../packages/hypercall-log/src/index.ts";
import { openLog } from "../packages/hypercall-log/src/index.ts";
import { type GivenDomains, incompletenessOf, replayRun } from "../packages/run/src/index.ts";
import { lostRecord, thinLog } from "./thin-log.ts";

// What loss-runs.test.ts holds against JSON lines, against each text that a recorder or a console makes of one healthy run:
// lines are taken out, with and without the format's own word for a loss in their place.
const corpus = join(import.meta.dirname, "../corpus");
const seeds = [1, 2, 3, 4, 5, 6];

/** A format's own way to say that so many records are missing. */
interface Form {
  readonly format: FormatName;
  /** The log, and the JSON lines log of the same run that names its domains. */
  readonly log: string;
  readonly domains: string;
  readonly lostLine: (missing: number) => string;
  /** Makes the form of the log's lines; absent: the log has it. */
  readonly make?: (line: string, index: number) => string;
}

const tools = "lab-tools/4.17/grant-loopback";
const together = "lab-tools/4.20/grant-loopback";
const traced = "lab-tracefs/4.20/grant-loopback.kprobes";
const perfLost = (missing: number) =>
  `       xgt-guest   358 [001]   200.400000: PERF_RECORD_LOST lost ${missing}`;

const forms: readonly Form[] = [
  { format: "ndjson", log: `${traced}.ndjson`, domains: `${traced}.ndjson`, lostLine: lostRecord },
  {
    format: "console",
    log: `${traced}.ndjson`,
    domains: `${traced}.ndjson`,
    lostLine: (missing) => `(d1) [    7.512345] ${lostRecord(missing)}`,
    make: (line) => `(d1) [    7.512345] ${line}`,
  },
  {
    format: "ftrace",
    log: `${traced}.ftrace.txt`,
    domains: `${traced}.ndjson`,
    lostLine: (missing) => `CPU:1 [LOST ${missing} EVENTS]`,
  },
  {
    format: "trace-report",
    log: `${tools}.trace-report-R.txt`,
    domains: `${tools}.ndjson`,
    lostLine: (missing) => `CPU:1 [${missing} EVENTS DROPPED]`,
  },
  {
    format: "bpftrace",
    log: `${together}.bpftrace.txt`,
    domains: `${together}.ndjson`,
    lostLine: (missing) => `Lost ${missing} events`,
  },
  { format: "perf", log: `${tools}.perf.txt`, domains: `${tools}.ndjson`, lostLine: perfLost },
];

/** A text's lines, what stands before its first event as one. */
function linesOf({ log, make }: Form): string[] {
  const lines = gunzipSync(readFileSync(join(corpus, `${log}.gz`)))
    .toString("latin1")
    .trimEnd()
    .split("\n");
  const made = make === undefined ? lines : lines.map(make);
  const head = made.findLastIndex((line) => /^#|^cpus=|"xgt_log"/.test(line));
  return [made.slice(0, head + 1).join("\n"), ...made.slice(head + 1)];
}

async function domainsOf({ domains }: Form): Promise<GivenDomains> {
  const log = await openLog(join(corpus, `${domains}.gz`));
  await log.close();
  return { spec: log.header ?? { domains: [], facts: [] }, notes: [] };
}

describe.each(forms)("a healthy run's $format with a tenth of its lines missing", (form) => {
  const lines = linesOf(form);

  async function replay(text: string) {
    const stdin = (async function* () {
      yield Buffer.from(text.replace(/^\n/, ""), "latin1");
    })();
    const given = await domainsOf(form);
    const run = await replayRun({ paths: ["-"], given, from: form.format }, { stdin });
    expect(run.inputs[0].log.stats.problems).toEqual([]);
    const errors = run.findings.list.filter(({ severity }) => severity === "error");
    return { errors, operations: run.result.operations, ...incompletenessOf(run) };
  }

  const thinned = (seed: number, lostLine: Form["lostLine"] | null) =>
    thinLog(lines, { share: 0.1, bursts: seed % 2 === 1, lostLine }, new SeededRandom(seed * 7919 + 1));

  it("is healthy when whole", async () => {
    const whole = await replay(`${lines.join("\n")}\n`);
    expect(whole).toMatchObject({ errors: [], lost: 0, halves: 0 });
    expect(whole.operations).toBeGreaterThan(0);
  });

  it.each(seeds)("counts what is said to be missing, and blames nobody for it, seed %i", async (seed) => {
    const { errors, lost } = await replay(thinned(seed, form.lostLine));
    expect(lost).toBe(Math.ceil((lines.length - 1) * 0.1));
    expect(errors).toEqual([]);
  });

  it("has no certain error where a call lacks its other half and nothing says so", async () => {
    let shown = 0;
    for (const seed of seeds) {
      const { errors, halves } = await replay(thinned(seed, null));
      if (halves === 0) continue;
      shown++;
      expect(errors.filter(({ certain }) => certain)).toEqual([]);
    }
    expect(shown).toBeGreaterThan(0);
  });
});
