import { TraceTextReader } from "../ftrace/ftrace.ts";
import type { TraceNote } from "../ftrace/trace-text-dialect.ts";
import type { LogFormat } from "../log-format.ts";
import { toolDialect } from "../tool-text/tool-dialect.ts";
import { PerfLine } from "./perf-line.ts";

const NEWLINE = 10;
/** Lines that are looked at for perf's first event. */
const LINES_MAX = 64;

/** `PERF_RECORD_LOST lost 12` of --show-lost-events, and samples that the kernel left out. */
const LOST = /\bPERF_RECORD_LOST(?:_SAMPLES)?\b.*?\blost (\d{1,15})\b/;
/** What perf says of losses while it reads its file, and what perf trace says. */
const LOST_CHUNKS = /^(?:Processed \d+ events and lost (\d{1,15}) chunks!|LOST (\d{1,15}) events!)/;
/** Other records that perf can be asked to print, and its advice on losses. */
const RECORD = /\bPERF_RECORD_[A-Z_0-9]+/;
const ADVICE = /^(?:Check IO\/CPU overload!|# )/;
/** A line of a call chain below its event: an address, a symbol, its file. */
const CHAIN = /^\s+[0-9a-f]{4,16} \S.*\(.*\)\s*$/;
const CPU = /\[(\d{1,9})\]/;

/** Notes of one log: perf names the losses only where it was asked to. */
class PerfNotes {
  private tellsOfLoss = false;

  note(text: string): TraceNote | null {
    const lost = LOST.exec(text);
    if (lost !== null) {
      this.tellsOfLoss = true;
      return { lost: Number(lost[1]), cpu: Number(CPU.exec(text)?.[1] ?? -1) };
    }
    const chunks = LOST_CHUNKS.exec(text);
    if (chunks !== null) return { lost: Number(chunks[1] ?? chunks[2]), cpu: -1 };
    if (RECORD.test(text)) return { lost: 0, cpu: -1, skipped: "perf's records beside events" };
    if (CHAIN.test(text)) return { lost: 0, cpu: -1, skipped: "lines of call chains" };
    return ADVICE.test(text) ? { lost: 0, cpu: -1, skipped: "perf's words about the file" } : null;
  }

  doubt(): string | null {
    if (this.tellsOfLoss) return null;
    return "perf script names lost events only with --show-lost-events; this text has none, so that none may be missing or any";
  }
}

/** A first line that is an event of perf's, or one of its records. */
function sniff(head: Uint8Array): boolean {
  const line = new PerfLine();
  const notes = new PerfNotes();
  let start = 0;
  for (let lines = 0; lines < LINES_MAX; lines++) {
    const end = head.indexOf(NEWLINE, start);
    if (end < 0) return false;
    if (line.parse(head, start, end)) return true;
    const text = new TextDecoder().decode(head.subarray(start, end));
    if (text.trim() !== "" && notes.note(text) === null) return false;
    start = end + 1;
  }
  return false;
}

/**
 * The text of `perf script` of the probes that `xgt capture kprobes` sets up:
 *
 *     xen-balloon      40 [000]     9.886417:  xgt:mo_s_decrease_48: (ffff8000087fbfe8) cmd=1 arg=0xffff80000a21bd18 nr=1 ...
 *     xen-balloon      40 [001]     9.886500: PERF_RECORD_LOST lost 12
 */
export const perf: LogFormat = {
  name: "perf",
  title: "text of perf script",
  placeUnit: "line",
  sniff,
  open: (context) => {
    const notes = new PerfNotes();
    return new TraceTextReader(
      context,
      toolDialect({
        line: new PerfLine(),
        expected: "TASK PID [CPU] SECONDS.MICROSECONDS: GROUP:EVENT: ...",
        note: (text) => notes.note(text),
        arraysBy: "record with trace-cmd and replay its trace.dat",
        doubt: () => notes.doubt(),
      }),
    );
  },
};
