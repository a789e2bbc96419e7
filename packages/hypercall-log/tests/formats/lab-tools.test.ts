import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { ftrace } from "../../src/formats/ftrace/ftrace.ts";
import type { LogFormat } from "../../src/formats/log-format.ts";
import { ndjson } from "../../src/formats/ndjson/ndjson.ts";
import { perf } from "../../src/formats/perf/perf.ts";
import { traceReport } from "../../src/formats/trace-report/trace-report.ts";
import { readWhole, type WholeLog } from "../read-log.ts";

const folder = new URL("../../../../corpus/lab-tools/4.17/", import.meta.url);
const text = (ending: string) =>
  gunzipSync(readFileSync(new URL(`grant-loopback.${ending}.gz`, folder))).toString("latin1");
const read = (format: LogFormat, ending: string) => readWhole(format, text(ending));

/** Events without what differs between buffers of one machine: each numbers its calls itself, and rounds times. */
const events = (log: WholeLog) =>
  log.written.map((line) => {
    const { t: _t, id: _id, ...rest } = JSON.parse(line);
    return rest;
  });

/** Calls: sub-op and result. */
const calls = (log: WholeLog) =>
  events(log)
    .filter(({ ev }) => ev === "exit")
    .map(({ ret }) => ret);

it("one run gives the same events in tracefs's text and in trace-cmd's report of bytes", () => {
  const report = read(traceReport, "trace-report-R.txt");
  const tracefs = read(ftrace, "ftrace.txt");
  expect([report.problems, tracefs.problems, report.stats.lost]).toEqual([[], [], 0]);
  // trace-cmd ended last.
  expect(events(report).slice(0, tracefs.batch.length)).toEqual(events(tracefs));
  expect(report.batch.length - tracefs.batch.length).toBe(2);
});

it("perf's text and trace-cmd's plain report give the same events, and both say that arrays are blank", () => {
  const report = read(traceReport, "trace-report.txt");
  const script = read(perf, "perf.txt");
  expect([report.problems, script.problems]).toEqual([[], []]);
  expect(events(script)).toEqual(events(report));
  for (const { stats } of [report, script])
    expect(stats.warnings.map(({ message }) => message)).toEqual([expect.stringMatching(/printed as zeros/)]);
  expect(events(script)).toHaveLength(events(read(traceReport, "trace-report-R.txt")).length);
});

it("every line of the tools' own counts is an event, a part of one, or said", () => {
  // trace-cmd's first line is "cpus=2"; probes of one call that do not apply to it are not events of the log.
  const lines = (ending: string) => text(ending).trimEnd().split("\n").length;
  expect(lines("trace-report.txt")).toBe(lines("perf.txt") + 1);
});

it("the kernel module's log has the same results", () => {
  const module = read(ndjson, "ndjson");
  const tracefs = read(ftrace, "ftrace.txt");
  expect(calls(module)).toEqual(calls(tracefs));
});
