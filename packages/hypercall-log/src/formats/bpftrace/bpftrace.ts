import { GRANT_TABLE_OP, MEMORY_OP } from "@xgt/hypercall-abi";
import { EventKind, Via } from "../../events/event-kind.ts";
import { GuestEntryWriter } from "../../events/guest-entry-view.ts";
import { internText } from "../../events/name-cache.ts";
import { writeLost } from "../../events/single-value.ts";
import { LineRegions, type LineSink } from "../../input/line-regions.ts";
import { BPFTRACE_ELEMENTS_MAX, BPFTRACE_LINE_BYTES_MAX, CALLS_UNDER_WAY_MAX } from "../../limits.ts";
import type { LogFormat, LogReader, ReaderContext } from "../log-format.ts";
import { FtraceCalls } from "../probes/ftrace-calls.ts";
import { Scalar } from "../probes/ftrace-fields.ts";
import { FtraceHead } from "../probes/ftrace-head.ts";
import { BpftraceFields } from "./bpftrace-fields.ts";
import { type BpftraceLine, type BpftraceList, bpftraceLine } from "./bpftrace-line.ts";
import { BpftraceOrder, type TimedEvent } from "./bpftrace-order.ts";

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const NANOSECONDS = 1e9;
/** A call of which the entry was not recorded. */
const NO_SITE = -1;
/** Lines that are looked at for the recorder's first one. */
const SNIFF_LINES = 16;

type EnterLine = Extract<BpftraceLine, { type: "enter" }>;
type P2mLine = Extract<BpftraceLine, { type: "p2m" }>;

/** What is known of one call. */
interface Call {
  /** Tells calls apart, from 0 on. */
  readonly site: number;
  readonly line: EnterLine;
  readonly lists: Readonly<Record<BpftraceList, bigint[]>>;
  /** Words of the ops, as passed and as Xen left them. */
  readonly ops: bigint[][];
  readonly results: bigint[][];
  /** The entry was given to the log: what comes for it now is too late. */
  isGiven: boolean;
}

interface Enter extends TimedEvent {
  readonly type: "enter";
  readonly place: number;
  readonly call: Call;
}

interface Exit extends TimedEvent {
  readonly type: "exit";
  readonly place: number;
  readonly call: Call | null;
  readonly ret: bigint;
  /** The recorder noted when it returned. */
  readonly hasTime: boolean;
}

interface P2m extends TimedEvent {
  readonly type: "p2m";
  readonly place: number;
  readonly line: P2mLine;
}

/** Lines that a CPU lost between its last one and the one at this time. */
interface Lost extends TimedEvent {
  readonly type: "lost";
  readonly place: number;
  readonly count: number;
  /** -1: not known. */
  readonly cpu: number;
}

type LogEvent = Enter | Exit | P2m | Lost;

/** Reader of the recorder's lines: joins the lines of a call, and puts calls into the order of their times. */
class BpftraceReader implements LogReader, LineSink {
  private readonly context: ReaderContext;
  private readonly regions = new LineRegions(this);
  private readonly decoder = new TextDecoder();
  private readonly calls: FtraceCalls;
  private readonly entry: GuestEntryWriter;
  private readonly fields = new BpftraceFields();
  private readonly head = new FtraceHead();
  private readonly order = new BpftraceOrder<LogEvent>();
  private readonly underWay = new Map<bigint, Call>();
  private lineNumber = 0;
  private sites = 0;
  /** Lines that are said to be lost before the next one, and where. */
  private missing = 0;
  private missingAt = 0;

  constructor(context: ReaderContext) {
    this.context = context;
    this.calls = new FtraceCalls(context);
    this.entry = new GuestEntryWriter(context.batch);
  }

  push(bytes: Uint8Array): void {
    this.regions.push(bytes);
  }

  pause(): void {
    for (const event of this.order.rest()) this.give(event);
  }

  finish(): void {
    this.regions.finish();
    this.placeLost(this.order.newest + 2n, -1);
    for (const event of this.order.rest()) this.give(event);
    this.calls.finish();
  }

  lines(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const newline = bytes.indexOf(NEWLINE, at);
      const last = newline > at && bytes[newline - 1] === CARRIAGE_RETURN ? newline - 1 : newline;
      this.lineNumber++;
      if (last - at > BPFTRACE_LINE_BYTES_MAX) this.tooLongLine();
      else this.takeText(this.decoder.decode(bytes.subarray(at, last)));
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
    this.tooLongLine();
  }

  private tooLongLine(): void {
    this.problem(`a line of more than ${BPFTRACE_LINE_BYTES_MAX} bytes was left out`);
  }

  private takeText(text: string): void {
    const line = bpftraceLine(text);
    if (line === null)
      this.problem('no line of the recorder: expected a letter and a number, as in "E 268505513040 ..."');
    else if (line.type === "note") {
      if (text !== "") this.context.stats.skip(line.what);
    } else if (line.type === "lost") this.lost(line.count);
    else this.takeLine(line);
  }

  private takeLine(line: Exclude<BpftraceLine, { type: "note" | "lost" }>): void {
    // Here and not behind a piece of the input: a log is the same however its bytes come. What belongs to an entry follows its line.
    if (line.type === "enter" || line.type === "exit" || line.type === "p2m") {
      for (const event of this.order.ready()) this.give(event);
    }
    if (line.type === "p2m") {
      this.placeLost(line.time, line.cpu);
      this.order.add({ type: "p2m", time: line.time, place: this.lineNumber, line });
      return;
    }
    const call = this.underWay.get(line.key);
    const end = line.type === "exit" ? line.time : null;
    this.placeLost(end ?? line.key, line.type === "enter" ? line.cpu : (call?.line.cpu ?? -1));
    if (line.type === "enter") this.begin(line);
    else if (line.type === "exit") this.end(line.key, line.ret, line.time);
    else this.takePart(line);
  }

  private begin(line: EnterLine): void {
    if (this.underWay.size >= CALLS_UNDER_WAY_MAX) this.forgetOldest();
    const call: Call = {
      site: this.sites++,
      line,
      lists: { X: [], I: [], G: [], V: [] },
      ops: [],
      results: [],
      isGiven: false,
    };
    this.underWay.set(line.key, call);
    this.order.add({ type: "enter", time: line.key, place: this.lineNumber, call });
  }

  private forgetOldest(): void {
    for (const key of this.underWay.keys()) {
      this.underWay.delete(key);
      return;
    }
  }

  private end(key: bigint, ret: bigint, time: bigint | null): void {
    const call = this.underWay.get(key) ?? null;
    // Without a time of its own it happened by the time of the newest line.
    const at = time ?? (this.order.newest > key ? this.order.newest : key);
    this.order.add({ type: "exit", time: at, place: this.lineNumber, call, ret, hasTime: time !== null });
  }

  /** Elements of a list, or the words of an op: each follows the one before, or lines were lost in between. */
  private takePart(line: Extract<BpftraceLine, { type: "list" | "op" | "result" }>): void {
    const call = this.underWay.get(line.key);
    const isInput = line.type === "op" || (line.type === "list" && line.list !== "V");
    if (call === undefined || (isInput && call.isGiven)) {
      this.context.stats.skip("lines of calls whose beginning or time has gone");
      return;
    }
    if (line.type === "list") {
      const list = call.lists[line.list];
      if (list.length !== line.index) this.context.stats.skip("lines behind lost ones of a list");
      else if (list.length + line.values.length <= BPFTRACE_ELEMENTS_MAX) list.push(...line.values);
      return;
    }
    const rows = line.type === "op" ? call.ops : call.results;
    if (rows.length !== line.index) this.context.stats.skip("lines behind lost ones of a list");
    else if (rows.length * line.words.length < BPFTRACE_ELEMENTS_MAX) rows.push(this.rowOf(line, call));
  }

  /** The words of an op. Where only its results are printed, they come to what was passed, as Xen writes them. */
  private rowOf(
    { type, index, words }: { type: string; index: number; words: readonly bigint[] },
    call: Call,
  ): bigint[] {
    const passed = type === "result" && words[0] === 0n && words[1] === 0n ? call.ops[index] : undefined;
    return words.map((word, i) => word | (passed?.[i] ?? 0n));
  }

  /** The kernel says so right before the next line of the CPU that lost them. */
  private lost(count: number): void {
    this.missing += count;
    this.missingAt = this.lineNumber;
    this.context.stats.lost += count;
  }

  /** Puts what was lost before the next line of its CPU, which is at this time. */
  private placeLost(time: bigint, cpu: number): void {
    if (this.missing === 0) return;
    this.context.stats.events++;
    this.order.add({ type: "lost", time: time - 1n, place: this.missingAt, count: this.missing, cpu });
    this.missing = 0;
  }

  private give(event: LogEvent): void {
    if (event.type === "enter") this.giveEnter(event);
    else if (event.type === "exit") this.giveExit(event);
    else if (event.type === "p2m") this.giveP2m(event);
    else this.giveLost(event);
  }

  private giveLost({ place, count, cpu }: Lost): void {
    const { batch } = this.context;
    batch.cpu[batch.add(EventKind.lost, place)] = cpu;
    writeLost(batch, count);
  }

  private giveEnter({ place, call, time }: Enter): void {
    const { line } = call;
    const { fields } = this;
    call.isGiven = true;
    this.setHead(place, Number(time) / NANOSECONDS, line);
    fields.clear();
    const via = line.isPrivcmd ? Via.privcmd : Via.kernel;
    fields.put(Scalar.cmd, line.cmd);
    if (line.name === "memory_op") {
      fields.args.fill(line.words);
      fields.list.fill(call.lists.X);
      fields.idxs.fill(call.lists.I);
      fields.gpfns.fill(call.lists.G);
      this.calls.enterMemoryOp(this.head, fields, call.site, via);
    } else if (line.name === "grant_table_op") {
      fields.put(Scalar.count, line.count);
      fields.words.fill(call.ops.flat());
      this.calls.enterGrantTableOp(this.head, fields, call.site, via);
    } else {
      fields.put(Scalar.op, line.count);
      this.calls.enterOther(this.head, fields, call.site);
    }
  }

  private giveExit({ place, call, ret, time, hasTime }: Exit): void {
    const { fields } = this;
    fields.clear();
    fields.put(Scalar.ret, ret);
    if (call !== null) {
      this.underWay.delete(call.line.key);
      fields.words.fill(call.results.flat());
      fields.errs.fill(call.lists.V);
    }
    this.setHead(place, hasTime ? Number(time) / NANOSECONDS : Number.NaN, call?.line);
    this.calls.exit(this.head, fields, call?.site ?? NO_SITE, numberOf(call));
  }

  private giveP2m({ place, line, time }: P2m): void {
    const { context, entry } = this;
    const { batch } = context;
    this.setHead(place, Number(time) / NANOSECONDS, line);
    const row = batch.add(EventKind.guestP2m, place);
    batch.time[row] = this.head.time;
    batch.cpu[row] = this.head.cpu;
    batch.pid[row] = this.head.pid;
    batch.comm[row] = this.head.comm;
    context.stats.events++;
    entry.begin();
    entry.setPfn(lowOf(line.pfn), highOf(line.pfn));
    entry.setMfn(lowOf(line.mfn), highOf(line.mfn));
    entry.setCount(lowOf(line.n), highOf(line.n));
  }

  private setHead(place: number, time: number, line?: { cpu: number; comm: string; tid: number }): void {
    const { head } = this;
    head.place = place;
    head.time = time;
    head.cpu = line?.cpu ?? -1;
    head.pid = line?.tid ?? -1;
    head.comm = line === undefined ? -1 : internText(this.context.strings, line.comm);
  }

  private problem(message: string): void {
    this.context.stats.problem({ place: this.lineNumber, unit: "line", message });
  }
}

function numberOf(call: Call | null): number {
  if (call === null || call.line.name === "hypercall") return -1;
  return call.line.name === "memory_op" ? MEMORY_OP : GRANT_TABLE_OP;
}

const lowOf = (value: bigint): number => Number(BigInt.asIntN(32, value));
const highOf = (value: bigint): number => Number(BigInt.asIntN(32, value >> 32n));

/** The recorder's first line that is not bpftrace's own is one of its own. */
function sniff(head: Uint8Array): boolean {
  for (const text of new TextDecoder().decode(head).split("\n", SNIFF_LINES).slice(0, -1)) {
    const plain = text.replace(/\r$/, "");
    if (plain.startsWith("# xgt bpftrace ")) return true;
    const line = bpftraceLine(plain);
    if (line === null) return false;
    if (line.type !== "note" && line.type !== "lost") return true;
  }
  return false;
}

/**
 * What the recorder of `xgt capture bpftrace` prints. A number joins the lines of a call, the nanoseconds at which it began:
 *
 *     E 268505513040 memory_op 1 w0=ffff800009fec150 w1=2 w2=0 w3=7ff0 cpu=0 xen-balloon 39     entry: sub-op, argument
 *     X 268505513040 0 d5d31                                                                element of its list
 *     R 268505513040 2 268505813040                                                         result, time
 *     E 268700000000 grant_table_op 0 1 cpu=1 gnt 160                                       sub-op, count of ops
 *     W 268700000000 0 107fd0000 3700000002 0 0                                             words of op 0
 *     Z 268700000000 0 107fd0000 3700000002 3000000000 c78ea000                             the same after the call
 *     P 268700100000 107fd0 c78ea 1 cpu=1 gnt 160                                           entry of the guest's own table
 *     Lost 12 events
 *
 * `I`, `G`, `V`: frames of add_to_physmap_batch (idxs, gpfns) and its errs; `M`, `U`, `S`: words and results of maps and unmaps
 * alone.
 */
export const bpftrace: LogFormat = {
  name: "bpftrace",
  title: "lines of the bpftrace recorder",
  placeUnit: "line",
  sniff,
  open: (context) => new BpftraceReader(context),
};
