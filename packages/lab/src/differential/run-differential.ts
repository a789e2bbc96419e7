import { logHeaderJson } from "@xgt/hypercall-log";
import type { Lab } from "../scenarios/lab.ts";
import { scenarioOf } from "../scenarios/scenario.ts";
import { differentialHeader, type Judgement, judge } from "./judge.ts";
import { randomSequences, scriptOf } from "./make-script.ts";

/** Seconds that a boot's worth of calls may take. */
const SECONDS_MAX = 1800;
/** Copies of at least so many ranges are the executor's reading back. */
const READ_BACK_COPIES = 32;

const SCRIPT = `# title: differential test
# expect: clean
# seconds: ${SECONDS_MAX}
set -e
echo ${READ_BACK_COPIES} > /sys/module/xgt_capture/parameters/skip_copies
echo 0 > /proc/sys/vm/compact_unevictable_allowed
echo 2 > /proc/sys/vm/nr_hugepages
xgt-guest execute /share/script.txt /share/result.setup
`;

/** What one boot's calls showed, and the log that shows it: it replays, and names what its answers depend on. */
export interface DifferentialRun extends Judgement {
  /** Its text. */
  readonly log: string;
  /** Seconds from QEMU's start to the machine's end. */
  readonly seconds: number;
}

/** Runs sequences of the executor's lines on a real Xen and judges the model by the answers. Throws LabError. */
export async function runSequences(
  lab: Lab,
  sequences: readonly (readonly string[][])[],
): Promise<DifferentialRun> {
  const files = new Map([["script.txt", Buffer.from(scriptOf(sequences))]]);
  const run = await lab.run(scenarioOf("differential", SCRIPT), files);
  const setup = run.results.get("result.setup")?.toString() ?? "";
  const { console, seconds } = run.machine;
  // The log's own first line says less than what the executor knows.
  const header = differentialHeader(console, setup);
  const log = `${JSON.stringify(logHeaderJson(header))}\n${run.log.slice(run.log.indexOf("\n") + 1)}`;
  return { ...(await judge(log)), log, seconds };
}

/** Random calls from a seed. */
export function runRandom(lab: Lab, seed: number, calls: number): Promise<DifferentialRun> {
  return runSequences(lab, randomSequences(seed, calls));
}
