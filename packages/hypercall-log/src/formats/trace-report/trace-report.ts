import { TraceTextReader } from "../ftrace/ftrace.ts";
import type { TraceNote } from "../ftrace/trace-text-dialect.ts";
import type { LogFormat } from "../log-format.ts";
import { toolDialect } from "../tool-text/tool-dialect.ts";
import { ReportLine } from "./report-line.ts";

const NEWLINE = 10;
const SPACE = 32;
const COLON = 58;
/** Lines that are looked at for the report's first event. */
const LINES_MAX = 64;

/** `CPU:1 [12 EVENTS DROPPED]`, `CPU:1 [EVENTS DROPPED]`, and tracefs's own form. */
const DROPPED = /^CPU:(\d{1,9}) \[(?:LOST )?(?:(\d{1,15}) )?EVENTS(?: DROPPED)?\]\s*$/;
/** What trace-cmd says about the file before its events. */
const CPUS = /^cpus=\d{1,9}\s*$/;
const ABOUT =
  /^(?:cpus=\d+|CPU \d+ is empty|version = \d+|trace-cmd: .*|trace\.dat: .*|mmap: .*|Can not mmap file.*)\s*$/;

function note(text: string): TraceNote | null {
  const dropped = DROPPED.exec(text);
  // A loss of which trace-cmd does not know the extent is one event at least.
  if (dropped !== null) return { lost: Number(dropped[2] ?? 1), cpu: Number(dropped[1]) };
  return ABOUT.test(text) ? { lost: 0, cpu: -1, skipped: "trace-cmd's words about the file" } : null;
}

/** trace-cmd's count of CPUs, or a line of an event whose name is padded. */
function sniff(head: Uint8Array): boolean {
  const line = new ReportLine();
  let start = 0;
  for (let lines = 0; lines < LINES_MAX; lines++) {
    const end = head.indexOf(NEWLINE, start);
    if (end < 0) return false;
    const text = new TextDecoder().decode(head.subarray(start, end));
    if (CPUS.test(text)) return true;
    if (line.parse(head, start, end)) {
      const colon = head.indexOf(COLON, line.nameStart);
      return (
        colon > line.nameStart && colon + 2 < end && head[colon + 1] === SPACE && head[colon + 2] === SPACE
      );
    }
    if (text.trim() !== "" && note(text) === null) return false;
    start = end + 1;
  }
  return false;
}

/**
 * The text of `trace-cmd report`: tracefs's lines with padded names and without symbols, also those of `-R`, whose arrays are
 * bytes:
 *
 *     cpus=2
 *          xen-balloon-39    [000]     4.501687: mo_s_decrease_48: (ffff8000087fbfe8) cmd=1 arg=0xffff80000a21bd18 nr=1 a={0x0,..}
 *          xen-balloon-39    [000]     4.501687: mo_s_decrease_48:  __probe_ip=ffff8000087fbfe8 cmd=1 nr=1 a=ARRAY[50, c1, ..]
 *     CPU:1 [12 EVENTS DROPPED]
 */
export const traceReport: LogFormat = {
  name: "trace-report",
  title: "text of trace-cmd report, also with -R",
  placeUnit: "line",
  sniff,
  open: (context) =>
    new TraceTextReader(
      context,
      toolDialect({
        line: new ReportLine(),
        expected: "TASK-PID [CPU] SECONDS.MICROSECONDS: EVENT: ...",
        note,
        arraysBy: "replay the trace.dat itself, or make the text with trace-cmd report -R",
        doubt: () => null,
      }),
    ),
};
