const COUNTERS = /^(?:overrun|commit overrun|dropped events): (\d{1,15})$/gm;

/** Events that tracefs's buffers lost, by the text of their `per_cpu/cpuN/stats`. */
export function lostEvents(statistics: string): number {
  let lost = 0;
  for (const match of statistics.matchAll(COUNTERS)) lost += Number(match[1]);
  return lost;
}
