import {
  TEXT_MAX,
  TRACE_DAT_BUFFERS_MAX,
  TRACE_DAT_CLOCK_MAX,
  TRACE_DAT_FORMATS_MAX,
  TRACE_DAT_TEXT_BYTES_MAX,
} from "../../limits.ts";
import { latin1, TraceDatCursor, TraceDatError } from "./trace-dat-cursor.ts";
import { TraceDatData } from "./trace-dat-data.ts";
import { TraceDatSections } from "./trace-dat-sections.ts";

/** One CPU's ring buffer. */
export interface TraceBuffer {
  readonly cpu: number;
  /** Its pages, one after another. */
  readonly pages: Uint8Array;
  readonly pageSize: number;
  /** Offset in the file; of unpacked pages, that of what they were packed in. */
  readonly offset: number;
  readonly isPacked: boolean;
}

/** The parts of a trace.dat, as far as it could be read. */
export interface TraceDatFile {
  /** tracefs's description of a ring-buffer page. */
  headerPage: string;
  /** tracefs's descriptions of events. */
  readonly formats: string[];
  /** "PID NAME" lines. */
  taskNames: string;
  readonly buffers: TraceBuffer[];
  /** tracefs's clock: "mono". */
  clock: string;
  /** Nanoseconds that trace-cmd adds to each time (record --ts-offset). */
  timeOffset: number;
  /** tracefs's statistics, a text per CPU. */
  readonly statistics: string[];
  /** Bytes of the descriptions and of the tasks' names. */
  textBytes: number;
}

/** What else is said of a file while it is read. */
export interface TraceDatNotes {
  problem(offset: number, message: string): void;
  skip(reason: string): void;
}

const MAGIC = "\x17\x08Dtracing";
/** Options of both versions (trace-cmd.dat.v7(5)). */
const Option = { done: 0, statistics: 2, buffer: 3, clock: 4, offset: 7, text: 22 } as const;
/** Options of version 7 that name a section by its offset, and how that is read. A file has each of them once. */
const headers: ReadonlyMap<number, (section: TraceDatCursor, file: TraceDatFile) => void> = new Map([
  [16, readHeaderPage],
  [17, readFormats],
  [18, readSystems],
  [21, readTaskNames],
]);
const OPTION_HEAD_BYTES = 6;
const FLYRECORD = "flyrecord\0";

/** Whether a file begins as a trace.dat does. */
export function isTraceDat(head: Uint8Array): boolean {
  return latin1(head.subarray(0, MAGIC.length)) === MAGIC;
}

/** Takes a trace.dat apart: version 6 or 7. What cannot be read is a problem; what was read before it is returned. */
export function readTraceDatFile(bytes: Uint8Array, notes: TraceDatNotes): TraceDatFile {
  const file: TraceDatFile = {
    headerPage: "",
    formats: [],
    taskNames: "",
    buffers: [],
    clock: "",
    timeOffset: 0,
    statistics: [],
    textBytes: 0,
  };
  try {
    const cursor = new TraceDatCursor(bytes);
    cursor.expect(MAGIC);
    const version = cursor.text("the version");
    if (version !== "6" && version !== "7")
      throw new TraceDatError(MAGIC.length, `version ${version}: versions 6 and 7 are read`);
    if (cursor.u8("the byte order") !== 0)
      throw new TraceDatError(cursor.at - 1, "big-endian: only little-endian traces are read");
    cursor.u8("the size of a long");
    const pageSize = cursor.u32("the page size");
    if (version === "6") readVersion6(cursor, pageSize, file, notes);
    else readVersion7(cursor, file, notes);
  } catch (error) {
    if (!(error instanceof TraceDatError)) throw error;
    notes.problem(error.offset, error.message);
  }
  return file;
}

function readVersion6(
  cursor: TraceDatCursor,
  pageSize: number,
  file: TraceDatFile,
  notes: TraceDatNotes,
): void {
  readHeaderPage(cursor, file);
  readFormats(cursor, file);
  readSystems(cursor, file);
  cursor.take(cursor.u32("the size of the symbols"), "the symbols");
  cursor.take(cursor.u32("the size of the printk formats"), "the printk formats");
  readTaskNames(cursor, file);
  const cpus = cursor.u32("the number of CPUs");
  let part = latin1(cursor.take(FLYRECORD.length, "the kind of data"));
  if (part === "options  \0") {
    readOptions(cursor, (option, data) => {
      if (option === Option.buffer) notes.skip("buffers of trace instances");
      else readOption(option, data, file);
    });
    part = latin1(cursor.take(FLYRECORD.length, "the kind of data"));
  }
  if (part !== FLYRECORD) {
    const what = "holds the text of a latency tracer, no events";
    throw new TraceDatError(cursor.offset - FLYRECORD.length, what);
  }
  const data = new TraceDatData(cursor.bytes, notes);
  for (let cpu = 0; cpu < cpus; cpu++) {
    const offset = cursor.u64("a CPU's offset");
    const size = cursor.u64("a CPU's size");
    const pages = data.part(offset, size, cpu);
    if (pages.length > 0) file.buffers.push({ cpu, pages, pageSize, offset, isPacked: false });
  }
}

function readVersion7(cursor: TraceDatCursor, file: TraceDatFile, notes: TraceDatNotes): void {
  const compression = cursor.text("the compression's name");
  cursor.text("the compression's version");
  const at = cursor.at;
  const first = cursor.u64("the offset of the options");
  if (first === 0) throw new TraceDatError(at, "the recorder did not end: the file lacks its options");
  const sections = new TraceDatSections(cursor.bytes, compression);
  const cpuData = new TraceDatData(cursor.bytes, notes);
  const met = new Set<number>();
  for (const options of sections.optionsFrom(first)) {
    readOptions(options, (option, data) => {
      const readHeader = headers.get(option);
      if (option === Option.buffer) readBuffer(data, sections, cpuData, file);
      else if (option === Option.text) notes.skip("texts of latency tracers");
      else if (readHeader === undefined) readOption(option, data, file);
      else if (met.has(option)) notes.skip("further headers of one kind");
      else readHeader(sections.at(data.u64("an offset")), file);
      met.add(option);
    });
  }
}

/** Gives each option with its data. */
function readOptions(cursor: TraceDatCursor, take: (option: number, data: TraceDatCursor) => void): void {
  while (cursor.left >= OPTION_HEAD_BYTES || cursor.left === 2) {
    const option = cursor.u16("an option");
    if (option === Option.done) return;
    const size = cursor.u32("an option's size");
    take(option, cursor.part(size, "an option"));
  }
}

function readOption(option: number, data: TraceDatCursor, file: TraceDatFile): void {
  const text = latin1(data.bytes.subarray(0, TEXT_MAX)).split("\0", 1)[0];
  if (option === Option.statistics) {
    if (file.statistics.length < TRACE_DAT_BUFFERS_MAX) file.statistics.push(text);
  } else if (option === Option.clock) file.clock ||= chosenClock(text);
  else if (option === Option.offset) file.timeOffset = Number(text) || 0;
}

/** `local [mono] boot`: the one in brackets; else the text itself. */
function chosenClock(text: string): string {
  const open = text.indexOf("[");
  const close = text.indexOf("]", open);
  const clock = open < 0 || close < 0 ? text.trim() : text.slice(open + 1, close);
  return clock.slice(0, TRACE_DAT_CLOCK_MAX);
}

function readHeaderPage(cursor: TraceDatCursor, file: TraceDatFile): void {
  cursor.expect("header_page\0");
  file.headerPage = latin1(sized(cursor, file, "the description of a page"));
  cursor.expect("header_event\0");
  cursor.take(cursor.u64("a size"), "the description of an event's head");
}

function readFormats(cursor: TraceDatCursor, file: TraceDatFile): void {
  const { offset } = cursor;
  const count = cursor.count("the number of event formats", 8);
  if (file.formats.length + count > TRACE_DAT_FORMATS_MAX)
    throw new TraceDatError(offset, `more than ${TRACE_DAT_FORMATS_MAX} event formats: these are left out`);
  for (let i = 0; i < count; i++) file.formats.push(latin1(sized(cursor, file, "an event's format")));
}

function readSystems(cursor: TraceDatCursor, file: TraceDatFile): void {
  const count = cursor.count("the number of event systems", 5);
  for (let i = 0; i < count; i++) {
    cursor.text("an event system's name");
    readFormats(cursor, file);
  }
}

function readTaskNames(cursor: TraceDatCursor, file: TraceDatFile): void {
  file.taskNames = new TextDecoder().decode(sized(cursor, file, "the tasks' names"));
}

/** The bytes of a text with its size before it. */
function sized(cursor: TraceDatCursor, file: TraceDatFile, what: string): Uint8Array {
  const { offset } = cursor;
  const text = cursor.take(cursor.u64("a size"), what);
  file.textBytes += text.length;
  if (file.textBytes <= TRACE_DAT_TEXT_BYTES_MAX) return text;
  throw new TraceDatError(offset, `more than ${TRACE_DAT_TEXT_BYTES_MAX} bytes of descriptions and names`);
}

/** Version 7's option that describes an instance's buffers. */
function readBuffer(
  option: TraceDatCursor,
  sections: TraceDatSections,
  data: TraceDatData,
  file: TraceDatFile,
): void {
  const section = option.u64("a buffer's offset");
  option.text("an instance's name");
  const clock = chosenClock(option.text("a buffer's clock"));
  file.clock ||= clock;
  const pageSize = option.u32("a buffer's page size");
  const cpus = option.count("the number of CPUs", 20);
  const isPacked = sections.isPacked(section);
  for (let i = 0; i < cpus; i++) {
    const cpu = option.u32("a CPU");
    const offset = option.u64("a CPU's offset");
    const part = data.part(offset, option.u64("a CPU's size"), cpu);
    if (part.length === 0) continue;
    const pages = isPacked ? sections.unpackPages(part, offset) : part;
    if (pages.length > 0) file.buffers.push({ cpu, pages, pageSize, offset, isPacked });
  }
}
