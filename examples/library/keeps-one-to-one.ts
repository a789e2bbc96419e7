// Says whether a run kept 1:1: which gfns had no frame of their own at the end, and which findings are errors.
//   npx tsx keeps-one-to-one.ts run.ndjson
import { replayRun } from "@xgt/run";

const [log] = process.argv.slice(2);
if (log === undefined) throw new Error("usage: keeps-one-to-one.ts LOG");
const run = await replayRun({ paths: [log] });

for (const { domid, mode } of run.result.domains) {
  console.log(`domain ${domid}, ${mode}:`);
  for (const { gfn, count, kind, mfn } of run.mapRuns(domid, false)) {
    const frame = mfn === null ? "" : ` of frame 0x${mfn.toString(16)}`;
    console.log(`  gfn 0x${gfn.toString(16)}, ${count} in a row: ${kind}${frame}`);
  }
}
const errors = run.findings.list.filter(({ severity }) => severity === "error");
for (const { rule, message } of errors) console.log(`${rule}: ${message}`);
process.exitCode = errors.length === 0 && run.result.checked > 0 ? 0 : 1;
