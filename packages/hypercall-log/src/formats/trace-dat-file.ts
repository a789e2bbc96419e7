import { TRACE_DAT_BUFFERS_MAX } from "../limits.ts";
import { latin1, TraceDatCursor, TraceDatError } from "./trace-dat-cursor.ts";
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
}

/** What else is said of a file while it is read. */
export interface TraceDatNotes {
  problem(offset: number, message: string): void;
  skip(reason: string): void;
}

const MAGIC = "\x17\x08Dtracing";
/** Options of both versions (trace-cmd.dat.v7(5)). */
const Option = { done: 0, statistics: 2, buffer: 3, clock: 4, offset: 7 } as const;
/** Options of version 7 that name a section by its offset. */
const headers = { page: 16, ftraceEvents: 17, events: 18, taskNames: 21, text: 22 } as const;
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
  for (let cpu = 0; cpu < cpus; cpu++) {
    const offset = cursor.u64("a CPU's offset");
    const size = cursor.u64("a CPU's size");
    const pages = partOf(cursor.bytes, offset, size, `CPU ${cpu}`, notes);
    addBuffer(file, { cpu, pages, pageSize, offset, isPacked: false }, cursor.bytes.length);
  }
}

function readVersion7(cursor: TraceDatCursor, file: TraceDatFile, notes: TraceDatNotes): void {
  const compression = cursor.text("the compression's name");
  cursor.text("the compression's version");
  const at = cursor.at;
  const first = cursor.u64("the offset of the options");
  if (first === 0) throw new TraceDatError(at, "the recorder did not end: the file lacks its options");
  const sections = new TraceDatSections(cursor.bytes, compression);
  for (const options of sections.optionsFrom(first)) {
    readOptions(options, (option, data) => {
      if (option === Option.buffer) readBuffer(data, sections, file, notes);
      else if (option === headers.text) notes.skip("texts of latency tracers");
      else if (option === headers.page) readHeaderPage(sections.at(data.u64("an offset")), file);
      else if (option === headers.ftraceEvents) readFormats(sections.at(data.u64("an offset")), file);
      else if (option === headers.events) readSystems(sections.at(data.u64("an offset")), file);
      else if (option === headers.taskNames) readTaskNames(sections.at(data.u64("an offset")), file);
      else readOption(option, data, file);
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
  const text = latin1(data.bytes).split("\0", 1)[0];
  if (option === Option.statistics) file.statistics.push(text);
  else if (option === Option.clock) file.clock ||= chosenClock(text);
  else if (option === Option.offset) file.timeOffset = Number(text) || 0;
}

/** `local [mono] boot`: the one in brackets; else the text itself. */
function chosenClock(text: string): string {
  return /\[([^\]]*)\]/.exec(text)?.[1] ?? text.trim();
}

function readHeaderPage(cursor: TraceDatCursor, file: TraceDatFile): void {
  cursor.expect("header_page\0");
  file.headerPage = latin1(cursor.take(cursor.u64("a size"), "the description of a page"));
  cursor.expect("header_event\0");
  cursor.take(cursor.u64("a size"), "the description of an event's head");
}

function readFormats(cursor: TraceDatCursor, file: TraceDatFile): void {
  const count = cursor.count("the number of event formats", 8);
  for (let i = 0; i < count; i++) {
    file.formats.push(latin1(cursor.take(cursor.u64("a size"), "an event's format")));
  }
}

function readSystems(cursor: TraceDatCursor, file: TraceDatFile): void {
  const count = cursor.count("the number of event systems", 5);
  for (let i = 0; i < count; i++) {
    cursor.text("an event system's name");
    readFormats(cursor, file);
  }
}

function readTaskNames(cursor: TraceDatCursor, file: TraceDatFile): void {
  file.taskNames = new TextDecoder().decode(cursor.take(cursor.u64("a size"), "the tasks' names"));
}

/** Version 7's option that describes an instance's buffers. */
function readBuffer(
  data: TraceDatCursor,
  sections: TraceDatSections,
  file: TraceDatFile,
  notes: TraceDatNotes,
): void {
  const section = data.u64("a buffer's offset");
  data.text("an instance's name");
  const clock = chosenClock(data.text("a buffer's clock"));
  file.clock ||= clock;
  const pageSize = data.u32("a buffer's page size");
  const cpus = data.count("the number of CPUs", 20);
  const isPacked = sections.isPacked(section);
  for (let i = 0; i < cpus; i++) {
    const cpu = data.u32("a CPU");
    const said = data.u64("a CPU's offset");
    const size = data.u64("a CPU's size");
    if (size === 0) continue;
    const part = partOf(sections.bytes, said, size, `CPU ${cpu}`, notes);
    const offset = Math.min(said, sections.bytes.length);
    const pages = isPacked ? sections.unpackPages(part, offset) : part;
    addBuffer(file, { cpu, pages, pageSize, offset, isPacked }, sections.bytes.length);
  }
}

/** CPUs' data do not overlap: as many bytes as the file has are the most that they can take in it. */
function addBuffer(file: TraceDatFile, buffer: TraceBuffer, fileSize: number): void {
  if (buffer.pages.length === 0) return;
  if (file.buffers.length === TRACE_DAT_BUFFERS_MAX)
    throw new TraceDatError(
      buffer.offset,
      `more than ${TRACE_DAT_BUFFERS_MAX} buffers: the rest is left out`,
    );
  const taken = file.buffers.reduce((sum, { pages, isPacked }) => sum + (isPacked ? 0 : pages.length), 0);
  if (!buffer.isPacked && taken + buffer.pages.length > fileSize)
    throw new TraceDatError(buffer.offset, "CPUs' data overlap: the rest is left out");
  file.buffers.push(buffer);
}

/** Bytes of the file, as many as it has of those asked for. */
function partOf(
  bytes: Uint8Array,
  offset: number,
  size: number,
  what: string,
  notes: TraceDatNotes,
): Uint8Array {
  if (offset + size > bytes.length) {
    const has = Math.max(0, bytes.length - offset);
    const message = `the file ends inside the data of ${what}: ${has} of ${size} bytes are there`;
    notes.problem(Math.min(offset, bytes.length), message);
  }
  return bytes.subarray(Math.min(offset, bytes.length), Math.min(offset + size, bytes.length));
}
