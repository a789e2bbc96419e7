import { BPFTRACE_SECONDS_MAX, RECORDER_SECONDS_MAX } from "../limits.ts";
import { bpftraceBeginning, bpftraceProgram } from "./bpftrace-program.ts";
import type { ProbeChoice } from "./probe-events.ts";
import type { ProbePlaces } from "./probe-places.ts";
import { tracefsStart, tracefsStop } from "./probe-scripts.ts";
import {
  bpftraceStart,
  bpftraceStop,
  perfStart,
  perfStop,
  traceCmdStart,
  traceCmdStop,
} from "./tool-scripts.ts";

/** A log that a recorder leaves. */
export interface RecorderLog {
  /** Its name among a run's results. */
  readonly result: string;
  /** What the names of such logs end in: ".trace.dat". */
  readonly ending: string;
}

/** What a kernel is recorded by. */
export interface RecordedPlaces {
  readonly places: ProbePlaces;
  readonly choice: ProbeChoice;
}

/** A way to record beside the module. Several can do so in one run. */
export interface RecorderKind {
  /** As `--capture` names it. */
  readonly name: string;
  /** Package groups that the guest needs for it. */
  readonly groups: readonly string[];
  /** Seconds that it may add to a scenario. */
  readonly seconds: number;
  /** The logs that it leaves, each of the whole run. */
  readonly logs: readonly RecorderLog[];
  /** The file among a run's results that says what it lost; null: its logs do. */
  readonly statistics: string | null;
  /** Files that the guest needs for it, by name. */
  files(recorded: RecordedPlaces): ReadonlyMap<string, string>;
  /** Its part of the script that starts a recording; the events are defined before it. */
  start(recorded: RecordedPlaces): string;
  /** Its part of the script that ends one: nothing is written to the shared folder before all recorders have ended. */
  readonly stop: string;
  /** What brings its logs out then. */
  readonly collect: string;
}

const noFiles = () => new Map<string, string>();

/** tracefs's own text of kprobes at the kernel's hypercalls: in a buffer of its own, which leaves the other to trace-cmd. */
const kprobes: RecorderKind = {
  name: "kprobes",
  groups: [],
  seconds: RECORDER_SECONDS_MAX,
  logs: [{ result: "result.ftrace.txt", ending: "ftrace.txt" }],
  statistics: "result.stats.txt",
  files: noFiles,
  start: ({ choice }) => `mkdir -p "$T/instances/xgt"\nB="$T/instances/xgt"\n${tracefsStart(choice)}B="$T"\n`,
  stop: `echo 0 > "$T/instances/xgt/tracing_on"\n`,
  collect: `B="$T/instances/xgt"\nset -- /share/result\n${tracefsStop}B="$T"\nrmdir "$T/instances/xgt"\n`,
};

/** The same events, recorded by trace-cmd, with both texts that its report has. */
const traceCmd: RecorderKind = {
  name: "trace-cmd",
  groups: ["trace-cmd"],
  seconds: RECORDER_SECONDS_MAX,
  logs: [
    { result: "result.trace.dat", ending: "trace.dat" },
    { result: "result.trace-report.txt", ending: "trace-report.txt" },
    { result: "result.trace-report-R.txt", ending: "trace-report-R.txt" },
  ],
  statistics: null,
  files: noFiles,
  start: ({ choice }) => traceCmdStart(choice, "/tmp/trace.dat"),
  stop: traceCmdStop,
  collect: `cp /tmp/trace.dat /share/result.trace.dat
trace-cmd report -i /tmp/trace.dat > /share/result.trace-report.txt
trace-cmd report -R -i /tmp/trace.dat > /share/result.trace-report-R.txt
`,
};

/** The same events by perf. */
const perf: RecorderKind = {
  name: "perf",
  groups: ["perf"],
  seconds: RECORDER_SECONDS_MAX,
  logs: [{ result: "result.perf.txt", ending: "perf.txt" }],
  statistics: null,
  files: noFiles,
  start: ({ choice }) => perfStart(choice, "/tmp/perf.data"),
  stop: perfStop,
  collect: `perf script --show-lost-events -i /tmp/perf.data > /share/result.perf.txt\n`,
};

/** A bpftrace program at the same places, with probes of its own. */
const bpftrace: RecorderKind = {
  name: "bpftrace",
  groups: ["bpftrace"],
  seconds: BPFTRACE_SECONDS_MAX,
  logs: [{ result: "result.bpftrace.txt", ending: "bpftrace.txt" }],
  statistics: null,
  files: ({ places }) => new Map([["record.bt", bpftraceProgram(places)]]),
  start: () => bpftraceStart("/share/record.bt", "/tmp/run.bpftrace.txt", bpftraceBeginning),
  stop: bpftraceStop,
  collect: `cp /tmp/run.bpftrace.txt /share/result.bpftrace.txt\n`,
};

/** Every way to record beside the module. */
export const recorderKinds: readonly RecorderKind[] = [kprobes, traceCmd, perf, bpftrace];
