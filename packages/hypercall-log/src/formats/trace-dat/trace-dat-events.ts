import { internText, NameCache } from "../../events/name-cache.ts";
import { FTRACE_NAMES_MAX, TRACE_DAT_TASKS_MAX } from "../../limits.ts";
import { TaskLevel } from "../ftrace/ftrace-line.ts";
import type { ReaderContext } from "../log-format.ts";
import { FtraceDma } from "../probes/ftrace-dma.ts";
import { type FtraceEventName, FtraceEventNames } from "../probes/ftrace-event-names.ts";
import { CHUNK_WORDS, FtraceFields, scalarNamed, type WordList } from "../probes/ftrace-fields.ts";
import { FtraceHead } from "../probes/ftrace-head.ts";
import { FtraceProbes } from "../probes/ftrace-probes.ts";
import { type ProbeFilter, probeFilterOf } from "../probes/probe-filters.ts";
import { type DmaPlan, DmaText, dmaPlan } from "./trace-dat-dma.ts";
import type { TraceDatFile } from "./trace-dat-file.ts";
import { type FormatMember, formatHead, formatMembers } from "./trace-dat-format.ts";

/** Every record's first members (kernel/trace/trace.h:struct trace_entry@L6.12): type, flags, count, thread. */
const FLAGS_AT = 2;
const PID_AT = 4;
const HEAD_BYTES = 8;
/** A record's type has 16 bits. */
const EVENT_NUMBERS = 1 << 16;
const HARD_IRQ = 0x08;
const SOFT_IRQ = 0x10;
const NMI = 0x40;
/** In the text these records are called by the function that wrote them. */
const MARK_RECORD = "print";
const MARK = "tracing_mark_write";
/** tracefs's name for the threads of number 0. */
const IDLE = "<idle>";
/** A line: no part of it may match a newline. */
const TASK_NAME = /^[ \t]*(\d{1,10}) (.*)$/gm;

interface Scalar {
  readonly scalar: number;
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
}

interface List {
  readonly list: WordList;
  readonly chunk: number;
  readonly offset: number;
  readonly words: number;
}

/** How an event's records are read. */
interface Plan {
  readonly name: FtraceEventName;
  /** Bytes that a record has at least. */
  readonly size: number;
  readonly scalars: readonly Scalar[];
  readonly lists: readonly List[];
  readonly dma: DmaPlan;
  readonly markAt: number;
  readonly filter: ProbeFilter | null;
}

/** Records of a trace.dat, by the formats that the file itself has, -> events. */
export class TraceDatEvents {
  readonly head = new FtraceHead();
  readonly probes: FtraceProbes;
  private readonly context: ReaderContext;
  private readonly fields = new FtraceFields();
  private readonly eventNames = new FtraceEventNames(FTRACE_NAMES_MAX);
  private readonly dma: FtraceDma;
  private readonly dmaText = new DmaText();
  private readonly encoder = new TextEncoder();
  private readonly formats = new Map<number, string>();
  private readonly names = new Set<string>();
  private readonly plans: (Plan | null)[] = [];
  /** By an event's number: 1 and more for its place in `plans`, 0 before its first record. */
  private readonly planNumbers = new Uint32Array(EVENT_NUMBERS);
  private readonly taskNames = new Map<number, string>();
  private readonly tasks = new Map<number, number>();
  /** Thread of the last record, and the name that it has. */
  private lastPid = Number.NaN;
  private lastComm = -1;

  constructor(context: ReaderContext, file: TraceDatFile) {
    this.context = context;
    this.probes = new FtraceProbes(context);
    this.dma = new FtraceDma(context, new NameCache(context.strings));
    for (const format of file.formats) {
      const known = formatHead(format);
      if (known === null) continue;
      this.formats.set(known.id, format);
      this.names.add(known.name);
    }
    for (const [, pid, name] of file.taskNames.matchAll(TASK_NAME)) {
      if (this.taskNames.size === TRACE_DAT_TASKS_MAX) break;
      this.taskNames.set(Number(pid), name);
    }
  }

  /** The record `bytes[start, end)`; `head` says its place, time and CPU. Returns what is wrong with it, or null. */
  take(bytes: Uint8Array, view: DataView, start: number, end: number): string | null {
    if (end - start < HEAD_BYTES) return "a record without a head";
    const plan = this.planOf(view.getUint16(start, true));
    if (plan === null) {
      this.context.stats.skip("events without a format");
      return null;
    }
    const { name } = plan;
    if (name.read === "skip") {
      this.context.stats.skip(name.skipped);
      return null;
    }
    if (end - start < plan.size)
      return `${name.name}: a record of ${end - start} bytes, by its format ${plan.size}`;
    this.takeHead(view, start);
    if (name.dma !== null) return this.takeDma(plan, bytes, view, start, end);
    if (name.read === "mark") {
      this.probes.mark(
        this.head,
        internText(this.context.strings, markText(bytes, start + plan.markAt, end)),
      );
      return null;
    }
    this.takeFields(plan, view, start);
    if (plan.filter !== null && !plan.filter(this.fields)) return null;
    return this.probes.take(name, this.head, this.fields)
      ? null
      : `${name.name} without all members of its kind of probe`;
  }

  private takeHead(view: DataView, start: number): void {
    const flags = view.getUint8(start + FLAGS_AT);
    const { head } = this;
    head.pid = view.getInt32(start + PID_AT, true);
    if (head.pid !== this.lastPid) {
      this.lastPid = head.pid;
      this.lastComm = this.commOf(head.pid);
    }
    head.comm = this.lastComm;
    head.level = levelOf(flags);
  }

  private takeFields(plan: Plan, view: DataView, start: number): void {
    const { fields } = this;
    fields.clear();
    for (const { scalar, offset, size, signed } of plan.scalars) {
      const at = start + offset;
      const low =
        size === 1 ? view.getUint8(at) : size === 2 ? view.getUint16(at, true) : view.getInt32(at, true);
      const high = size === 8 ? view.getInt32(at + 4, true) : signed && low < 0 ? -1 : 0;
      fields.set(scalar, low, high);
    }
    for (const { list, chunk, offset, words } of plan.lists) {
      const first = chunk * CHUNK_WORDS;
      const into = list.words;
      let at = start + offset;
      for (let i = 2 * first; i < 2 * (first + words); i++) {
        into[i] = view.getInt32(at, true);
        at += 4;
      }
      list.length = Math.max(list.length, first + words);
      list.chunks |= 1 << chunk;
    }
  }

  private takeDma(plan: Plan, bytes: Uint8Array, view: DataView, start: number, end: number): string | null {
    const { name } = plan;
    if (name.dma === null || !this.dmaText.write(plan.dma, bytes, view, start, end)) {
      return `${name.name}: a list or a name lies outside its record`;
    }
    return this.dma.read(this.head, name.dma, this.dmaText.bytes, 0);
  }

  private planOf(id: number): Plan | null {
    const number = this.planNumbers[id];
    if (number > 0) return this.plans[number - 1];
    const format = this.formats.get(id);
    const plan = format === undefined ? null : this.makePlan(format);
    this.planNumbers[id] = this.plans.push(plan);
    return plan;
  }

  private makePlan(format: string): Plan | null {
    const known = formatHead(format);
    if (known === null) return null;
    const text = this.encoder.encode(`${known.name === MARK_RECORD ? MARK : known.name}:`);
    const name = this.eventNames.of(text, 0, text.length);
    if (name === undefined) return null;
    const members = formatMembers(format);
    const scalars = members.flatMap((member) => this.scalarOf(member));
    const lists = members.flatMap((member) => this.listOf(member));
    const ends = [
      ...scalars.map(({ offset, size }) => offset + size),
      ...lists.map(({ offset, words }) => offset + 8 * words),
    ];
    return {
      name,
      size: Math.max(HEAD_BYTES, ...ends),
      scalars,
      lists,
      dma: dmaPlan(members),
      markAt: members.find((member) => member.name === "buf")?.offset ?? HEAD_BYTES,
      filter: probeFilterOf(known.name, this.names),
    };
  }

  private scalarOf({ name, type, offset, size, signed }: FormatMember): Scalar[] {
    const scalar = type.includes("[") ? -1 : scalarNamed(name);
    return scalar < 0 || ![1, 2, 4, 8].includes(size) ? [] : [{ scalar, offset, size, signed }];
  }

  /** An array of 64-bit words, no more of it than its part of a list has. */
  private listOf({ name, type, offset, size }: FormatMember): List[] {
    const named = /^[us]64\s*\[/.test(type) ? this.fields.listNamed(name) : null;
    return named === null ? [] : [{ ...named, offset, words: Math.min(CHUNK_WORDS, size >> 3) }];
  }

  private commOf(pid: number): number {
    const met = this.tasks.get(pid);
    if (met !== undefined) return met;
    const name = pid === 0 ? IDLE : this.taskNames.get(pid);
    const index = name === undefined || name === "<...>" ? -1 : internText(this.context.strings, name);
    this.tasks.set(pid, index);
    return index;
  }
}

function levelOf(flags: number): number {
  if ((flags & NMI) !== 0) return TaskLevel.nmi;
  if ((flags & HARD_IRQ) !== 0) return TaskLevel.hardIrq;
  return (flags & SOFT_IRQ) !== 0 ? TaskLevel.softIrq : TaskLevel.task;
}

/** A mark's first line. */
function markText(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(Math.min(start, end), end)).split(/[\0\n]/, 1)[0];
}
