// Takes lines out of the lab's healthy logs and replays what is left: a log with losses must not blame its guest.
//
//   node tools/run-ts.mjs tools/loss-runs.ts [--runs 40] [--seed 1] [--share 0.1]
//
// Each log is thinned `runs` times: half of the times single lines, half of the times bursts; once with a `lost` record in
// the place of what is missing, once without. Prints the runs and their errors; exit 1 where a declared loss gave an error, or
// an undeclared one that shows itself by a call without its other half gave an error that is called certain.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { SeededRandom } from "../packages/hypercall-abi/tests/mutate-headers.ts";
import { replayRun } from "../packages/run/src/index.ts";
import { lostRecord, thinLog } from "./thin-log.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "40" },
    seed: { type: "string", default: "1" },
    share: { type: "string", default: "0.1" },
  },
});

interface Tally {
  runs: number;
  errors: number;
  /** Undeclared: runs that show a call without its other half, and the errors called certain in them. */
  unpaired: number;
  certain: number;
  readonly rules: Map<string, number>;
}

async function replay(text: string, tally: Tally, name: string): Promise<void> {
  const stdin = (async function* () {
    yield new TextEncoder().encode(text);
  })();
  const run = await replayRun({ paths: ["-"], given: null }, { stdin });
  const { entersWithoutExit, exitsWithoutEnter } = run.result.counters;
  const errors = run.findings.list.filter(({ severity }) => severity === "error");
  const certain = errors.filter((finding) => finding.certain);
  tally.runs++;
  tally.errors += errors.length;
  if (entersWithoutExit + exitsWithoutEnter > 0) {
    tally.unpaired++;
    tally.certain += certain.length;
  }
  for (const { rule } of errors) tally.rules.set(rule, (tally.rules.get(rule) ?? 0) + 1);
  if (process.env.LOSS_SHOW !== undefined) {
    for (const { rule, event, message } of errors)
      process.stdout.write(`${name}: ${rule} at event ${event}: ${message}\n`);
  }
}

async function main(folder: string): Promise<void> {
  const logs = ["4.17", "4.20"].flatMap((xen) =>
    readdirSync(join(folder, xen))
      .filter((name) => !name.startsWith("faulty"))
      .map((name) => join(folder, xen, name)),
  );
  const newTally = (): Tally => ({ runs: 0, errors: 0, unpaired: 0, certain: 0, rules: new Map() });
  const tallies = new Map<string, Tally>();
  for (const path of logs) {
    const lines = gunzipSync(readFileSync(path)).toString("utf8").trimEnd().split("\n");
    for (let run = 0; run < Number(values.runs); run++) {
      for (const bursts of [false, true]) {
        for (const declared of [true, false]) {
          const random = new SeededRandom(Number(values.seed) * 7919 + run * 31 + 1);
          const how = { share: Number(values.share), bursts, lostLine: declared ? lostRecord : null };
          const kind = `${declared ? "declared" : "undeclared"}, ${bursts ? "bursts" : "single lines"}`;
          const tally = tallies.get(kind) ?? newTally();
          tallies.set(kind, tally);
          await replay(thinLog(lines, how, random), tally, `${path} ${kind} ${run}`);
        }
      }
    }
  }
  for (const [kind, { runs, errors, unpaired, certain, rules }] of tallies) {
    const by = [...rules].map(([rule, times]) => `${rule} ${times}`).join(", ");
    const shown = `${unpaired} runs show a half alone, ${certain} errors called certain in them`;
    process.stdout.write(`${kind}: ${runs} runs, ${errors} errors (${by}); ${shown}\n`);
    if (kind.startsWith("declared") ? errors > 0 : certain > 0) process.exitCode = 1;
  }
}

await main(join(process.cwd(), "corpus/lab"));
