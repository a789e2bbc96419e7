/** Tracefs's text as perf script prints it; `process`: with -F pid,tid. */
export function asPerf(text: string, process: boolean): string {
  return text.replace(
    /^\s*(.+)-(\d+) +\[(\d+)\](?: [\w.]{5})? +(\d+\.\d+): ([\w]+):/gm,
    (_, comm: string, pid: string, cpu: string, time: string, event: string) =>
      `${comm.padStart(16)} ${process ? `${pid}/${pid}`.padStart(11) : pid.padStart(7)} [${cpu}] ${time.padStart(12)}: ${`xen:${event}`.padStart(40)}:`,
  );
}
