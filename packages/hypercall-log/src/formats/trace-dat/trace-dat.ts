import { TRACE_DAT_BATCH_EVENTS, TRACE_DAT_BYTES_MAX } from "../../limits.ts";
import type { LogFormat, LogReader, ReaderContext } from "../log-format.ts";
import { GrowingBytes } from "./growing-bytes.ts";
import { TraceDatError } from "./trace-dat-cursor.ts";
import { TraceDatEvents } from "./trace-dat-events.ts";
import { isTraceDat, readTraceDatFile, type TraceDatFile } from "./trace-dat-file.ts";
import { TraceBufferHeap } from "./trace-dat-heap.ts";
import { pageLayout, TraceBufferReader } from "./trace-dat-pages.ts";

/** tracefs's clocks that count nanoseconds; the times of others are not known. */
const NANOSECOND_CLOCKS = ["local", "global", "perf", "mono", "mono_raw", "boot", "tai", ""];
const NANOSECONDS = 1e9;
const DROPPED = /^dropped events: (\d{1,15})$/m;
const STATISTICS_CPU = /^CPU: (\d{1,9})$/m;

/**
 * Reader of trace-cmd's files: after a head (magic, version, page size) come tracefs's descriptions of a page and of each
 * event, the kernel's symbols, the tasks' names, and a piece of ring-buffer pages per CPU. A record in a page is
 *
 *     1 word    type or length (5 bits), time since the record before (27 bits)
 *     8 bytes   number of the event (2), flags (1), preempt count (1), thread (4)
 *     members   as the event's description says: `field:u64 pfn; offset:16; size:8; signed:0;`
 *
 * and the events are those of tracefs text (see probes/). A CPU's events lie in one piece, so that all are read before the first is known. */
class TraceDatReader implements LogReader {
  private readonly context: ReaderContext;
  private readonly bytes = new GrowingBytes(TRACE_DAT_BYTES_MAX);
  private file: TraceDatFile | null = null;
  private events: TraceDatEvents | null = null;
  private readonly heap = new TraceBufferHeap();
  private firstTime = 0;

  constructor(context: ReaderContext) {
    this.context = context;
  }

  push(bytes: Uint8Array): void {
    const most = TRACE_DAT_BYTES_MAX - this.bytes.length;
    if (bytes.length > most && !this.context.stats.truncated) {
      this.context.stats.truncated = true;
      this.problem(TRACE_DAT_BYTES_MAX, `the file's rest, behind ${TRACE_DAT_BYTES_MAX} bytes, is not read`);
    }
    this.bytes.add(bytes.subarray(0, most));
  }

  finish(): void {
    const notes = {
      problem: (offset: number, message: string) => this.problem(offset, message),
      skip: (reason: string) => this.context.stats.skip(reason),
    };
    this.file = readTraceDatFile(this.bytes.all, notes);
    this.events = new TraceDatEvents(this.context, this.file);
    try {
      if (this.file.buffers.length > 0) this.openBuffers(this.file);
    } catch (error) {
      if (!(error instanceof TraceDatError)) throw error;
      this.problem(error.offset, error.message);
    }
  }

  more(): boolean {
    const { batch } = this.context;
    const { heap } = this;
    for (let reader = heap.first; reader !== null; reader = heap.first) {
      this.takeRecord(reader);
      heap.advance();
      if (batch.length >= TRACE_DAT_BATCH_EVENTS) return true;
    }
    this.events?.probes.finish();
    this.reportDropped();
    this.file = null;
    return false;
  }

  private openBuffers(file: TraceDatFile): void {
    const layout = pageLayout(file.headerPage);
    const stamps = file.buffers
      .filter(({ pages }) => pages.length >= layout.dataAt)
      .map(({ pages }) => new DataView(pages.buffer, pages.byteOffset).getBigUint64(0, true));
    if (stamps.length === 0) return;
    const origin = stamps.reduce((least, stamp) => (stamp < least ? stamp : least));
    this.firstTime = NANOSECOND_CLOCKS.includes(file.clock) ? Number(origin) + file.timeOffset : Number.NaN;
    if (Number.isNaN(this.firstTime)) this.context.stats.skip(`times of the clock ${file.clock}`);
    for (const buffer of file.buffers) {
      const reader = new TraceBufferReader(buffer, layout, origin, (offset, message) =>
        this.problem(offset, message),
      );
      this.heap.add(reader);
    }
  }

  private takeRecord(reader: TraceBufferReader): void {
    const { events } = this;
    if (events === null) return;
    const { cpu, pages } = reader.buffer;
    const { head } = events;
    head.place = reader.offset;
    head.time = (this.firstTime + reader.time) / NANOSECONDS;
    head.cpu = cpu;
    if (reader.lost > 0) events.probes.lost(head.place, cpu, reader.lost);
    const wrong = events.take(pages, reader.view, reader.start, reader.end);
    if (wrong !== null) this.problem(head.place, wrong);
  }

  /** Events for which a full buffer had no room: pages do not tell of them. */
  private reportDropped(): void {
    for (const text of this.file?.statistics ?? []) {
      const dropped = Number(DROPPED.exec(text)?.[1] ?? 0);
      const cpu = Number(STATISTICS_CPU.exec(text)?.[1] ?? -1);
      if (dropped > 0) this.events?.probes.lost(this.bytes.length, cpu, dropped);
    }
  }

  private problem(place: number, message: string): void {
    this.context.stats.problem({ place, unit: "byte", message });
  }
}

/** trace-cmd's trace.dat. */
export const traceDat: LogFormat = {
  name: "trace-dat",
  title: "trace-cmd's trace.dat (versions 6 and 7) with kprobes at hypercalls and Linux's dma events",
  placeUnit: "byte",
  sniff: isTraceDat,
  open: (context) => new TraceDatReader(context),
};
