import { NameCache } from "../../events/name-cache.ts";
import { LineRegions, type LineSink } from "../../input/line-regions.ts";
import { FTRACE_NAMES_MAX, LINE_BYTES_MAX } from "../../limits.ts";
import type { LogFormat, LogReader, ReaderContext } from "../log-format.ts";
import { FtraceDma } from "../probes/ftrace-dma.ts";
import { type FtraceEventName, FtraceEventNames } from "../probes/ftrace-event-names.ts";
import { FtraceFields } from "../probes/ftrace-fields.ts";
import { FtraceHead } from "../probes/ftrace-head.ts";
import { FtraceProbes } from "../probes/ftrace-probes.ts";
import { LineLessons } from "../templates/line-lessons.ts";
import { LineTemplates } from "../templates/line-templates.ts";
import type { CallLender, LentCalls } from "../templates/native-calls.ts";
import { fillFields } from "./call-layout.ts";
import { FtraceLessons } from "./ftrace-lessons.ts";
import { FtraceLine } from "./ftrace-line.ts";
import { FtraceTaskNames } from "./ftrace-task-names.ts";
import type { TraceLine, TraceNote, TraceTextDialect } from "./trace-text-dialect.ts";

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const HASH = 35;
const COLON = 58;
const OPEN_SQUARE = 91;

/** `entries-in-buffer/entries-written: IN/WRITTEN`: a ring that overwrote its oldest events holds fewer than written. */
const HEADER_ENTRIES = /entries-in-buffer\/entries-written: (\d{1,15})\/(\d{1,15})/;
/** `CPU:n [LOST k EVENTS]`; the kernel leaves k out where it does not know it. */
const LOST = /^CPU:(\d{1,9}) \[LOST (?:(\d{1,15}) )?EVENTS\]$/;
/** A stack trace's line below its event. */
const STACK_LINE = /^\s*=> /;
const NOTE_BYTES_MAX = 256;

/**
 * Reader of a trace's text, as tracefs prints it or one of the tools that print it in their own way.
 *
 * A line that is neither an event nor one of tracefs's notes is a problem with its line number, but the lines below a
 * mark's first one and of a stack trace, which are skipped. A last line without its newline is not read: a number that
 * it ends with may be cut.
 */
export class TraceTextReader implements LogReader, LineSink, CallLender {
  private readonly context: ReaderContext;
  private readonly dialect: TraceTextDialect;
  private readonly regions = new LineRegions(this);
  private readonly line: TraceLine;
  private readonly head = new FtraceHead();
  private readonly fields = new FtraceFields();
  private readonly decoder = new TextDecoder();
  private readonly eventNames = new FtraceEventNames(FTRACE_NAMES_MAX);
  private readonly names: NameCache;
  private readonly tasks: FtraceTaskNames;
  private readonly probes: FtraceProbes;
  private readonly dma: FtraceDma;
  private readonly lessons: FtraceLessons;
  private readonly templates: LineTemplates;
  private lineNumber = 0;
  private afterMark = false;

  constructor(context: ReaderContext, dialect: TraceTextDialect) {
    this.context = context;
    this.dialect = dialect;
    this.line = dialect.line;
    this.names = new NameCache(context.strings);
    this.tasks = new FtraceTaskNames(this.names);
    this.probes = new FtraceProbes(context);
    this.dma = new FtraceDma(context, this.names);
    const lessons = new LineLessons(context, true);
    this.lessons = new FtraceLessons(lessons, context.batch, this.head);
    this.templates = new LineTemplates(lessons.table, context.batch, true, context.templates, this);
  }

  push(bytes: Uint8Array): void {
    this.regions.push(bytes);
  }

  finish(): void {
    this.regions.finish();
    this.probes.finish();
    const doubt = this.dialect.doubt?.() ?? null;
    if (doubt !== null) this.context.stats.warn({ place: this.lineNumber, unit: "line", message: doubt });
  }

  lines(bytes: Uint8Array, start: number, end: number): void {
    const { templates } = this;
    const { batch } = this.context;
    templates.enter(bytes);
    let at = start;
    for (;;) {
      at = this.takeTemplates(at, end);
      if (at >= end) return;
      const newline = bytes.indexOf(NEWLINE, at);
      this.lineNumber++;
      const rows = batch.length;
      const name = this.readLine(bytes, at, newline);
      if (name !== null) this.learn(name, batch.length > rows, bytes, at, newline);
      at = newline + 1;
    }
  }

  unterminated(): void {
    this.lineNumber++;
    this.context.stats.truncated = true;
    this.problem("the last line does not end and was left out");
  }

  tooLong(): void {
    this.lineNumber++;
    this.problem(`a line of more than ${LINE_BYTES_MAX} bytes was left out`);
  }

  /** Reads the lines from `start` on whose layout is known; where the next one begins. */
  private takeTemplates(start: number, end: number): number {
    const { templates } = this;
    const { batch, stats } = this.context;
    let at = start;
    do {
      const rows = batch.length;
      templates.run(at, end, this.lineNumber, !this.probes.isSettled);
      if (templates.taken > 0) {
        this.lineNumber += templates.taken;
        stats.events += batch.length - rows;
        this.afterMark = false;
      }
      at = templates.next;
      if (templates.body >= 0) this.takeCall();
    } while (templates.body >= 0 && at < end);
    return at;
  }

  forms(): Int32Array {
    return this.probes.calls.forms();
  }

  lend(calls: LentCalls): boolean {
    return this.probes.calls.lend(calls);
  }

  takeBack(calls: LentCalls): void {
    this.probes.calls.takeBack(calls, (head) => {
      this.takeKnownHead(head);
      return this.head;
    });
  }

  /** Takes the line of a call that the templates read. */
  private takeCall(): void {
    const { templates, head, fields } = this;
    const { batch } = this.context;
    const layout = this.lessons.calls[templates.body];
    if (layout === undefined) throw new Error("a call of no known layout");
    fillFields(fields, layout, batch.words, templates.payload);
    batch.wordsUsed = templates.payload;
    this.lineNumber++;
    this.afterMark = false;
    head.place = this.lineNumber;
    head.time = templates.time;
    this.takeKnownHead(templates.head);
    this.probes.take(layout.name, head, fields);
  }

  /** What the head of that number says of the task. */
  private takeKnownHead(number: number): void {
    const { head } = this;
    const { cpus, pids, notes, comms } = this.templates.table;
    head.cpu = cpus[number];
    head.pid = pids[number];
    head.level = notes[number];
    head.comm = comms[number];
  }

  /** Learns the layout of the line that was read in the general way. `added`: the batch's newest event is its own. */
  private learn(
    name: FtraceEventName,
    added: boolean,
    bytes: Uint8Array,
    start: number,
    newline: number,
  ): void {
    const { lessons, line } = this;
    // A tool's text is read with what its dialect makes of each event.
    if (name.read === "mark" || this.dialect.counts !== undefined || line.timeAt === undefined) return;
    if (name.dma === null && name.read !== "guestP2m") {
      lessons.learnCall(name, this.fields, line, bytes, start, newline);
    } else if (added) lessons.learnEvent(line, bytes, start, newline);
  }

  /** The name of the line's event, where it was read; else null. */
  private readLine(bytes: Uint8Array, start: number, newline: number): FtraceEventName | null {
    const end = newline > start && bytes[newline - 1] === CARRIAGE_RETURN ? newline - 1 : newline;
    if (end === start) return null;
    if (bytes[start] !== HASH && this.line.parse(bytes, start, end)) {
      this.afterMark = false;
      return this.readEvent(bytes, end);
    } else {
      this.readNote(bytes, start, end);
    }
    return null;
  }

  private readEvent(bytes: Uint8Array, end: number): FtraceEventName | null {
    const { line } = this;
    const name = this.eventNames.of(bytes, line.nameStart, end);
    if (name === undefined) {
      // The function tracers' lines have a function where an event's name stands.
      this.context.stats.skip("lines that name no event");
      return null;
    }
    if (name.read === "skip") {
      this.context.stats.skip(name.skipped);
      return null;
    }
    this.takeHead(bytes);
    let body = line.nameStart + name.size;
    while (bytes[body] === SPACE) body++;
    if (bytes[body] === OPEN_SQUARE) body += this.dialect.complaint?.(bytes, body) ?? 0;
    if (name.dma === null) return this.readBody(name, bytes, body, end) ? name : null;
    const plain = this.dialect.plainDma?.(bytes, body, end) ?? null;
    const error = this.dma.read(this.head, name.dma, plain ?? bytes, plain === null ? body : 0);
    if (error === null) return name;
    this.problem(error);
    return null;
  }

  /** Reads the text of an event that is no DMA. False: it is not read, or does not count. */
  private readBody(name: FtraceEventName, bytes: Uint8Array, body: number, end: number): boolean {
    if (name.read === "mark") this.mark(bytes, body, end);
    else if (!this.fields.parse(bytes, body)) {
      this.problem(`${name.name}: ${this.fields.error}`);
      return false;
    } else if (this.dialect.counts?.(name.name, this.fields) === false) return false;
    else if (!this.probes.take(name, this.head, this.fields)) {
      this.problem(`${name.name} without all members of its kind of probe`);
      return false;
    }
    return true;
  }

  private takeHead(bytes: Uint8Array): void {
    const { line, head } = this;
    head.place = this.lineNumber;
    head.time = line.time;
    head.cpu = line.cpu;
    head.pid = line.pid;
    head.level = line.level;
    head.comm = this.tasks.of(bytes, line.commStart, line.commEnd, line.pid);
  }

  private mark(bytes: Uint8Array, body: number, end: number): void {
    this.probes.mark(
      this.head,
      this.names.intern(bytes, body + (this.dialect.writer?.(bytes, body) ?? 0), end),
    );
    this.afterMark = true;
  }

  private readNote(bytes: Uint8Array, start: number, end: number): void {
    const text = this.text(bytes, start, end);
    const note = this.dialect.note(text);
    if (note !== null) this.takeNote(note);
    else if (bytes[start] === HASH) return;
    else if (STACK_LINE.test(text)) this.context.stats.skip("lines of stack traces");
    else if (this.afterMark) this.context.stats.skip("further lines of a mark");
    else if (text.trim() !== "") this.problem(`no event of a trace: expected "${this.dialect.expected}"`);
  }

  private takeNote({ lost, cpu, skipped }: TraceNote): void {
    if (skipped !== undefined) this.context.stats.skip(skipped);
    if (lost > 0) this.probes.lost(this.lineNumber, cpu, lost);
    this.afterMark = false;
  }

  private text(bytes: Uint8Array, start: number, end: number): string {
    return this.decoder.decode(bytes.subarray(start, Math.min(end, start + NOTE_BYTES_MAX)));
  }

  private problem(message: string): void {
    this.context.stats.problem({ place: this.lineNumber, unit: "line", message });
  }
}

/** tracefs's own notes: its header's counts, and losses. */
function tracefsNote(text: string): TraceNote | null {
  const entries = HEADER_ENTRIES.exec(text);
  if (entries !== null) return { lost: Math.max(0, Number(entries[2]) - Number(entries[1])), cpu: -1 };
  const lost = LOST.exec(text);
  // A loss of which the kernel does not know the extent is one event at least.
  return lost === null ? null : { lost: Number(lost[2] ?? 1), cpu: Number(lost[1]) };
}

/** tracefs's own notes, or a first line that is an event. */
function sniff(head: Uint8Array): boolean {
  const line = new FtraceLine();
  let start = 0;
  for (let end = head.indexOf(NEWLINE); end >= 0; end = head.indexOf(NEWLINE, start)) {
    const text = new TextDecoder().decode(head.subarray(start, Math.min(end, start + NOTE_BYTES_MAX)));
    if (/^# tracer: /.test(text) || LOST.test(text.trimEnd())) return true;
    if (text.trim() !== "" && !text.startsWith("#")) {
      return line.parse(head, start, end) && hasName(head, line.nameStart, end);
    }
    start = end + 1;
  }
  return false;
}

function hasName(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && bytes[at] !== COLON && bytes[at] !== SPACE) at++;
  // trace-cmd's report pads after the colon.
  return bytes[at] === COLON && bytes[at + 1] === SPACE && bytes[at + 2] !== SPACE;
}

/** tracefs text: `trace`, `trace_pipe`. */
export const ftrace: LogFormat = {
  name: "ftrace",
  title: "tracefs text (trace, trace_pipe) with kprobes at hypercalls and Linux's dma events",
  placeUnit: "line",
  sniff,
  open: (context) =>
    new TraceTextReader(context, {
      line: new FtraceLine(),
      expected: "TASK-PID [CPU] FLAGS SECONDS.MICROSECONDS: EVENT: ...",
      note: tracefsNote,
    }),
};
