import type { Run } from "../replay/replay-run.ts";

/** Records that recorders say are missing. */
export function lostRecords({ inputs, result }: Run): number {
  const counted = inputs.reduce((sum, { log }) => sum + log.stats.lost, 0);
  return Math.max(counted, result.counters.lost);
}
