import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventKind } from "../../src/events/event-kind.ts";
import { ftrace } from "../../src/formats/ftrace/ftrace.ts";
import { perf } from "../../src/formats/perf/perf.ts";
import { rawDmaText } from "../../src/formats/tool-text/raw-dma-text.ts";
import { traceDat } from "../../src/formats/trace-dat/trace-dat.ts";
import { traceReport } from "../../src/formats/trace-report/trace-report.ts";
import { asPerf } from "../perf-text.ts";
import { readWhole, type WholeLog } from "../read-log.ts";
import { readTrace } from "../trace-text.ts";

const data = (name: string) => gunzipSync(readFileSync(new URL(`../data/${name}.gz`, import.meta.url)));
/** What trace-cmd report -R printed of a whole trace.dat. */
const report = data("trace-cmd-6.report.txt").toString("latin1");

/** A log's events, times to the microsecond, as texts have them. */
function events(log: WholeLog): unknown[] {
  return log.written.map((line) => {
    const event = JSON.parse(line);
    return { ...event, t: event.t === undefined ? undefined : Math.round(event.t * 1e6) };
  });
}

/** Tracefs's text as trace-cmd's report has it: names padded, no flags, no symbols. */
function asReport(text: string): string {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const made = lines.map((line) =>
    line
      .replace(/\] [\w.]{5} /, "]   ")
      .replace(/(\d: )(\w+):/, (_, before: string, name: string) => before + `${name}:`.padEnd(21))
      .replace(/\([\w.+/]+\+0x[0-9a-f/x]+(?: \[\w+\])?\)/, "(ffff8000087fbfe8)"),
  );
  return `cpus=2\n${made.join("\n")}\n`;
}

describe("trace-cmd's report", () => {
  it("with -R holds what the trace.dat holds, event by event", () => {
    expect([traceReport.sniff(Buffer.from(report)), ftrace.sniff(Buffer.from(report))]).toEqual([
      true,
      false,
    ]);
    const log = readWhole(traceReport, report);
    expect([log.problems, log.stats.warnings]).toEqual([[], []]);
    expect(events(log)).toEqual(events(readWhole(traceDat, data("trace-cmd-6.dat"))));
    expect(log.stats.events).toBe(260);
  });

  it.each(["gntdev", "dma-4.20/gntdev", "dma-4.20/faulty"])(
    "of %s holds what tracefs's text holds",
    (name) => {
      const text = Buffer.from(readTrace(name)).toString("latin1");
      const log = readWhole(traceReport, asReport(text));
      expect(traceReport.sniff(Buffer.from(asReport(text)))).toBe(true);
      expect(log.problems).toEqual([]);
      expect(events(log)).toEqual(events(readWhole(ftrace, text)));
    },
  );

  it("with arrays of zeros leaves open what calls name, and says how to get them", () => {
    const blank = report.replace(/ARRAY\[[^\]]*\]/g, "{0x0,0x0,0x0,0x0}");
    const log = readWhole(traceReport, blank);
    expect(log.problems).toEqual([]);
    expect(log.stats.warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^all arrays of the \d+ events .* are printed as zeros.*trace-cmd report -R$/),
    ]);
    expect(log.written.filter((line) => line.includes('"extents"'))).toEqual([]);
  });

  it.each([
    ["CPU:1 [12 EVENTS DROPPED]", 12],
    ["CPU:1 [EVENTS DROPPED]", 1],
    ["CPU:1 [LOST 12 EVENTS]", 12],
  ])("tells of lost events: %s", (line, count) => {
    const log = readWhole(traceReport, `cpus=2\n${line}\n`);
    expect([log.problems, log.stats.lost, log.batch.kind[0], log.batch.cpu[0]]).toEqual([
      [],
      count,
      EventKind.lost,
      1,
    ]);
  });

  it("reads DMA events that trace-cmd could not format, as they lie in the record", () => {
    const head = "          gnt-269   [001]    48.61: ";
    const raw = [
      "dma_map_sg:           [FAILED TO PARSE] device=0000:00:01.0 full_nents=2 full_ents=2 truncated=0 phys_addrs=ARRAY[00, f0, ff, 4f, 01, 00, 00, 00, 00, e0, ff, 4f, 00, 00, 00, 00] dma_addrs=ARRAY[00, 30, 04, 66, 00, 00, 00, 00, 00, 40, 06, 66, 00, 00, 00, 00] lengths=ARRAY[00, 10, 00, 00, 00, 02, 00, 00] dir=2 attrs=0x100",
      "dma_map_page:          device=a003e00.virtio_mmio phys_addr=1675886592 dma_addr=1675886592 size=23 dir=1 attrs=0x0",
    ];
    const plain = [
      "dma_map_sg: 0000:00:01.0 dir=FROM_DEVICE nents=2/2 ents=2/2 dma_addrs={0x66043000,0x66064000} sizes={0x1000,0x200} phys_addrs={0x14ffff000,0x4fffe000} attrs=",
      "dma_map_page: a003e00.virtio_mmio dir=TO_DEVICE dma_addr=63e40000 size=23 phys_addr=63e40000 attrs=",
    ];
    const text = (lines: readonly string[]) => lines.map((line) => `${head}${line}\n`).join("");
    const log = readWhole(traceReport, text(raw));
    expect(log.problems).toEqual([]);
    expect(log.written).toEqual(readWhole(ftrace, text(plain)).written);
  });

  it("takes a mark with the name of the record, and drops the function that wrote it", () => {
    const text = "cpus=1\n   sh-1  [000]  1.5: print:                tracing_mark_write: step A\n";
    const log = readWhole(traceReport, text);
    expect(log.written).toEqual([expect.stringContaining('"text":"step A"')]);
  });
});

describe("perf script", () => {
  it.each([
    ["gntdev", false],
    ["dma-4.20/faulty", true],
    ["balloon", false],
  ])("of %s holds what tracefs's text holds", (name, process) => {
    const text = Buffer.from(readTrace(name)).toString("latin1");
    const script = asPerf(text.replace(/^#.*\n/gm, ""), process);
    expect([perf.sniff(Buffer.from(script)), ftrace.sniff(Buffer.from(script))]).toEqual([true, false]);
    const log = readWhole(perf, script);
    expect(log.problems).toEqual([]);
    expect(events(log)).toEqual(events(readWhole(ftrace, text)));
  });

  it.each([
    ["     xen-balloon      40 [001]     9.886500: PERF_RECORD_LOST lost 12", 12, 1],
    ["     xen-balloon      40 [001]     9.886500: PERF_RECORD_LOST_SAMPLES lost 3", 3, 1],
    ["Processed 96 events and lost 4 chunks!", 4, -1],
    ["LOST 7 events!", 7, -1],
  ])("tells of lost events: %s", (line, count, cpu) => {
    const log = readWhole(perf, `${line}\n`);
    expect([log.problems, log.stats.lost, log.batch.cpu[0]]).toEqual([[], count, cpu]);
  });

  it("that does not tell of losses is doubted once", () => {
    const line =
      "     xen-balloon      40 [001]     9.886500: xen:p2m: (ffff80000808d084) pfn=0x1 mfn=0x2 n=1\n";
    const warnings = (text: string) => readWhole(perf, text).stats.warnings.map(({ message }) => message);
    expect(warnings(line + line)).toEqual([expect.stringMatching(/only with --show-lost-events/)]);
    expect(warnings(`${line} x 40 [001] 9.9: PERF_RECORD_LOST lost 1\n`)).toEqual([]);
  });

  it("skips call chains, and names a line that is none of perf's", () => {
    const line =
      "a b  40 [001]     9.886500:          1     xen:p2m: (ffff80000808d084) pfn=0x1 mfn=0x2 n=1\n";
    const log = readWhole(
      perf,
      `${line}\tffff80000808d084 __set_phys+0x0 ([kernel.kallsyms])\n\n${line}nonsense\n`,
    );
    expect(log.written.filter((event) => event.includes('"comm":"a b"'))).toHaveLength(2);
    expect(log.problems).toEqual([expect.stringMatching(/^line 5: no event of a trace: expected "TASK PID/)]);
  });

  it("keeps what was whole where the text is cut at any byte", () => {
    const script = asPerf(
      Buffer.from(readTrace("gntdev-open"))
        .toString("latin1")
        .replace(/^#.*\n/gm, ""),
      false,
    );
    const whole = readWhole(perf, script).written;
    fc.assert(
      fc.property(fc.nat(script.length - 2), (cut) => {
        const log = readWhole(perf, script.slice(0, cut));
        const lines = script.slice(0, cut).split("\n").length - 1;
        expect(log.problems).toEqual(
          script[cut - 1] === "\n" || cut === 0
            ? []
            : [`line ${lines + 1}: the last line does not end and was left out`],
        );
        // The last call may have lost a part of its list.
        const sure = log.written.slice(0, -1);
        expect(sure).toEqual(whole.slice(0, sure.length));
      }),
      { numRuns: 60 },
    );
  });
});

it("bare members are made text only where they begin with the device", () => {
  expect(rawDmaText("0000:00:01.0 dir=TO_DEVICE dma_addr=1000 size=1")).toBeNull();
  expect(rawDmaText("device=a b.c dma_addr=0x1000 size=1 dir=7")).toBe("a b.c dir=NONE dma_addr=1000 size=1");
});
