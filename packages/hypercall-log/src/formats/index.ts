import { bpftrace } from "./bpftrace/bpftrace.ts";
import { console } from "./console/console.ts";
import { ftrace } from "./ftrace/ftrace.ts";
import { hvclog } from "./hvclog/hvclog.ts";
import type { LogFormat } from "./log-format.ts";
import { ndjson } from "./ndjson/ndjson.ts";
import { perf } from "./perf/perf.ts";
import { traceDat } from "./trace-dat/trace-dat.ts";
import { traceReport } from "./trace-report/trace-report.ts";
import { xentrace } from "./xentrace/xentrace.ts";
import { xhl } from "./xhl/xhl.ts";

/** Every log format that can be read, in the order in which a log's first bytes are tried. */
export const formats: readonly LogFormat[] = [
  xhl,
  console,
  ndjson,
  hvclog,
  ftrace,
  traceReport,
  perf,
  bpftrace,
  traceDat,
  xentrace,
];
