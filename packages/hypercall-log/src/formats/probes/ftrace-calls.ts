import {
  GNTTABOP_CMD_BITS,
  GRANT_TABLE_OP,
  hypercallOf,
  MEMOP_CMD_BITS,
  MEMORY_OP,
} from "@xgt/hypercall-abi";
import { type ArgumentShape, argumentShapeOf, type HalfShape } from "../../events/argument-shape.ts";
import { CallWriter } from "../../events/call-writer.ts";
import { EventKind, ListState, Recorded, Via } from "../../events/event-kind.ts";
import {
  RawArguments,
  type RawHalf,
  type RawLayout,
  rawNumber,
  writeRawRow,
} from "../../events/raw-argument.ts";
import type { ReaderContext } from "../log-format.ts";
import type { LentCalls } from "../templates/native-calls.ts";
import { argumentForms } from "./argument-forms.ts";
import { type FtraceFields, Scalar, type WordList } from "./ftrace-fields.ts";
import type { FtraceHead } from "./ftrace-head.ts";
import { type ListParts, PendingLists } from "./ftrace-list-parts.ts";
import { FtraceOpenCalls, type OpenCall } from "./ftrace-open-calls.ts";

const WORD_BYTES = 8;
/** What a debug Xen leaves in argument registers (xen/arch/arm/traps.c:do_trap_hypercall@master). */
const OVERWRITTEN = 0xdeadbeef | 0;
const CMD_MAX = 0x7fffffff;
const ANOTHER_CALL = -1;

/** Words of an argument and of the lists behind its handles, as one entry event or several have them. */
interface EntryWords {
  readonly args: WordList;
  readonly list: WordList;
  readonly idxs?: WordList;
  readonly gpfns?: WordList;
  /** Frames of an acquire_resource. */
  readonly frames?: WordList;
}

/**
 * Probe events of hypercalls -> enter and exit events. One call of each kind, as the probes of `xgt capture kprobes` tell it:
 *
 *     mo_l_PLACE: (decrease+0x48/0x80) cmd=1 arg=0xffff80000a223d18 nr=2 a={0xffff800009fec150,0x2,0x0,0x7ff0} f0={0xcd60f,0xcd60e}
 *     mo_r_PLACE: (decrease+0x4c/0x80) ret=2 arg=0xffff80000a223d18
 *     gt_e_PLACE: (gnttab_map_refs+0x3c/0x200) cmd=0 uop=0xffff000007f0c180 count=1 w={0x107fd0000,0x3700000002,0x0}
 *     gt_r_PLACE: (gnttab_map_refs+0x40/0x200) ret=0 uop=0xffff000007f0c180 count=1 w={0x107fd0000,0x3700000002,0x3000000000}
 *
 * `cmd`: sub-op and continuation bits; `arg`, `uop`: address of the argument, by which entry and return are joined; `a`, `w`:
 * the words of the argument's struct or of the ops; `f0`, `f1`, ...: parts of the list behind `extent_start` (`nr`
 * elements); `ret`: the result. `pc_mo_`, `pc_gt_`, `pc_r_` are calls through privcmd: there `op` is the hypercall's number.
 */
export class FtraceCalls {
  private readonly context: ReaderContext;
  private readonly writer: CallWriter;
  private readonly raw: RawArguments;
  private readonly openCalls = new FtraceOpenCalls();
  private readonly pending = new PendingLists();
  private nextCall = 1;

  constructor(context: ReaderContext) {
    this.context = context;
    this.writer = new CallWriter(context.batch);
    this.raw = new RawArguments(context.abi);
  }

  /** Whether no call's list waits for its next part. */
  get isSettled(): boolean {
    return this.pending.size === 0;
  }

  /** A memory_op's entry with all that its probe recorded. */
  enterMemoryOp(head: FtraceHead, fields: FtraceFields, site: number, via: number): void {
    this.settle(head);
    const arg = fields.has(Scalar.arg);
    this.memoryOp(head, via, fields.unsigned(Scalar.cmd), fields);
    this.remember(head, site, via, arg, fields.lowOf(Scalar.arg), fields.highOf(Scalar.arg));
  }

  /** One part of a memory_op with a long list: its argument and first elements, or later elements. */
  enterListPart(head: FtraceHead, fields: FtraceFields, site: number): void {
    const thread = head.thread;
    const hasArguments = fields.args.length > 0;
    const waiting = this.pending.size > 0 ? this.pending.of(thread) : undefined;
    if (waiting?.goesOn(fields, site) === true) {
      waiting.take(head, fields);
      if (this.pending.isWhole(site, waiting.declared, waiting.list, waiting.args.length > 0)) {
        this.completeList(thread, waiting);
      }
      return;
    }
    if (waiting !== undefined) this.giveUp(thread, waiting);
    if (this.pending.isWhole(site, fields.unsigned(Scalar.nr), fields.list, hasArguments)) {
      this.enterMemoryOp(head, fields, site, Via.kernel);
      return;
    }
    const overdue = this.pending.overdue();
    if (overdue !== null) this.giveUp(overdue[0], overdue[1]);
    this.pending.begin(thread, fields, site).take(head, fields);
  }

  /** A grant_table_op's entry. */
  enterGrantTableOp(head: FtraceHead, fields: FtraceFields, site: number, via: number): void {
    this.settle(head);
    const command = fields.unsigned(Scalar.cmd);
    const cmd = subOpOf(command, GNTTABOP_CMD_BITS);
    const count = fields.unsigned(Scalar.count);
    const row = this.add(EventKind.enter, head, via, GRANT_TABLE_OP, cmd);
    if (command !== cmd) this.context.batch.start[row] = (command - cmd) / 2 ** GNTTABOP_CMD_BITS;
    const shape = argumentShapeOf(GRANT_TABLE_OP, cmd);
    if (shape === undefined) this.context.batch.pushNoArguments(Recorded.nothing);
    else this.writeRows(shape, shape.in, "in", fields.words, count);
    const arg = fields.has(Scalar.arg);
    this.remember(head, site, via, arg, fields.lowOf(Scalar.arg), fields.highOf(Scalar.arg), count);
  }

  /** The entry of a hypercall whose arguments no probe recorded. */
  enterOther(head: FtraceHead, fields: FtraceFields, site: number): void {
    this.settle(head);
    const nr = numberOr(fields, Scalar.op, -1);
    // Only the known hypercalls with sub-ops have them in the first argument; elsewhere it may be a pointer.
    const bits = hypercallOf(nr)?.cmdBits ?? 0;
    const cmd = bits > 0 ? subOpOf(fields.unsigned(Scalar.cmd), bits) : -1;
    this.add(EventKind.enter, head, Via.privcmd, nr, cmd);
    this.context.batch.pushNoArguments(Recorded.nothing);
    this.remember(head, site, Via.privcmd, false, 0, 0);
  }

  /** A return. `nr`: the hypercall, as far as the probe's name or its event says it; else -1. */
  exit(head: FtraceHead, fields: FtraceFields, site: number, nr: number): void {
    this.settle(head);
    let open = this.openCalls.close(head, site);
    const moved = open === null ? 0 : this.movedBy(open, fields, nr);
    if (moved === ANOTHER_CALL) open = null;
    const { batch, stats } = this.context;
    const row = batch.add(EventKind.exit, head.place);
    stats.events++;
    this.fill(row, head);
    batch.call[row] = open?.call ?? this.nextCall++;
    batch.nr[row] = open?.nr ?? nr;
    batch.cmd[row] = open?.cmd ?? -1;
    batch.via[row] = open?.via ?? Via.kernel;
    if (fields.has(Scalar.ret)) batch.ret[row] = fields.signed(Scalar.ret);
    // Where the pointer was moved on, the probe read later ops, not the first ones.
    this.writeResults(moved > 0 ? null : open, fields);
  }

  /** How arguments lie in memory. */
  forms(): Int32Array {
    return argumentForms(this.raw);
  }

  /** As CallLender. */
  lend(calls: LentCalls): boolean {
    calls.nextCall = this.nextCall;
    return this.openCalls.lend(calls);
  }

  /** As CallLender. `headOf`: what the head of that number says. */
  takeBack(calls: LentCalls, headOf: (head: number) => FtraceHead): void {
    this.nextCall = calls.nextCall;
    this.openCalls.takeBack(calls);
    for (let index = 0; index < calls.size; index++) {
      const began = calls.began(index);
      if (began === null) continue;
      const { call, nr, cmd, via, count, site, argLow, argHigh } = began;
      const facts = { call, nr, cmd, via, count, site, argLow, argHigh, argKnown: true };
      Object.assign(this.openCalls.open(headOf(began.head)), facts);
    }
  }

  /** Any other event of a thread: a call whose list was awaited has all it will get. */
  settle(head: FtraceHead): void {
    if (this.pending.size === 0) return;
    const waiting = this.pending.of(head.thread);
    if (waiting !== undefined) this.giveUp(head.thread, waiting);
  }

  /** Events of this CPU are missing here. */
  lost(cpu: number): void {
    for (const [thread, parts] of this.pending.all()) {
      if (parts.head.cpu === cpu) this.giveUp(thread, parts);
    }
    this.openCalls.lost(cpu);
  }

  /** The log has ended. */
  finish(): void {
    for (const [thread, parts] of this.pending.all()) this.giveUp(thread, parts);
  }

  private giveUp(thread: number, parts: ListParts): void {
    if (this.context.stats.lost === 0) this.pending.learn(parts);
    this.context.stats.skip("lists of which a part is missing");
    this.completeList(thread, parts);
  }

  private completeList(thread: number, parts: ListParts): void {
    this.pending.end(thread, parts);
    this.memoryOp(parts.head, Via.kernel, parts.cmd, parts);
    this.remember(parts.head, parts.site, Via.kernel, true, parts.argLow, parts.argHigh);
  }

  private memoryOp(head: FtraceHead, via: number, command: number, words: EntryWords): void {
    const cmd = subOpOf(command, MEMOP_CMD_BITS);
    const row = this.add(EventKind.enter, head, via, MEMORY_OP, cmd);
    if (command !== cmd) this.context.batch.start[row] = (command - cmd) / 2 ** MEMOP_CMD_BITS;
    const shape = argumentShapeOf(MEMORY_OP, cmd);
    const layout = shape === undefined ? null : this.raw.layoutOf(shape);
    if (shape?.subOp.argument === "none") {
      this.writer.begin(shape.in, 0);
      this.writer.end();
    } else if (shape === undefined || layout === null || isZero(words.args)) {
      this.context.batch.pushNoArguments(Recorded.nothing);
    } else {
      this.writeArgument(shape, layout, words);
    }
  }

  private writeArgument(shape: ArgumentShape, layout: RawLayout, entry: EntryWords): void {
    const words = entry.args.words;
    const end = entry.args.length * WORD_BYTES;
    this.writer.begin(shape.in, 0);
    writeRawRow(this.writer, layout.in, words, 0, end);
    layout.in.lists.forEach((list, index) => {
      if (list === null || list.handle + WORD_BYTES > end || list.count === null) {
        this.writer.beginList(index);
        return;
      }
      const word = list.handle >> 2;
      const isNull = words[word] === 0 && words[word + 1] === 0;
      const declared = rawNumber(words, 0, list.count);
      if (isNull || declared === 0) this.writer.beginList(index, ListState.absent);
      else this.writeList(index, listOf(entry, shape.in, index, list.handle), declared);
    });
    this.writer.end();
  }

  private writeList(index: number, from: WordList | undefined, declared: number): void {
    this.writer.beginList(index);
    if (from === undefined) return;
    let count = Math.min(from.whole, declared);
    // An array that the probe could not read prints zeros: elements after the last other one are not known.
    while (count > 0 && from.words[2 * count - 2] === 0 && from.words[2 * count - 1] === 0) count--;
    this.writer.addElements(from.words, count);
  }

  /** Ops of a grant call: as many as the words hold, of a first one that they hold in part its first members. */
  private writeRows(
    shape: ArgumentShape,
    half: HalfShape,
    side: "in" | "out",
    words: WordList,
    count: number,
  ): void {
    const layout = this.raw.layoutOf(shape);
    if (layout === null || (count > 0 && isZero(words))) {
      this.writer.begin(half, count, count > 0 ? Recorded.nothing : Recorded.fields);
      if (count === 0) this.writer.end();
      return;
    }
    const end = words.whole * WORD_BYTES;
    let rows = Math.min(count, Math.floor(end / layout.size));
    while (rows > 0 && isZeroRow(words, rows - 1, layout.size)) rows--;
    if (rows === 0 && count > 0 && end < layout.size) rows = 1;
    this.writer.begin(half, count);
    for (let op = 0; op < rows; op++) {
      writeRawRow(this.writer, layout[side], words.words, op * layout.size, end);
    }
    this.writeUnreadLists(layout[side], half);
    this.writer.end();
  }

  /** Lists behind the handles of a result or of an op: tracefs's probes do not follow them. */
  private writeUnreadLists(raw: RawHalf, half: HalfShape, errs: WordList | null = null): void {
    for (let index = 0; index < half.lists.length && index < raw.lists.length; index++) {
      this.writer.beginList(index);
      if (errs !== null && half.lists[index].name === "errs")
        this.writer.addElements(errs.words, errs.length);
    }
  }

  private writeResults(open: OpenCall | null, fields: FtraceFields): void {
    const shape = open === null ? undefined : argumentShapeOf(open.nr, open.cmd);
    const overwritten = fields.lowOf(Scalar.arg) === OVERWRITTEN && fields.highOf(Scalar.arg) === 0;
    // What a probe has of an op whose only results are lists: nothing, no probe follows the handles.
    const none = shape === undefined || shape.out.fields.length === 0 || overwritten || isZero(fields.words);
    if (open === null || none) {
      this.context.batch.pushNoArguments(Recorded.nothing);
    } else if (shape.subOp.argument === "rows") {
      this.writeRows(shape, shape.out, "out", fields.words, open.count);
    } else {
      const layout = this.raw.layoutOf(shape);
      this.writer.begin(shape.out, 0, layout === null ? Recorded.nothing : Recorded.fields);
      if (layout === null) return;
      writeRawRow(this.writer, layout.out, fields.words.words, 0, fields.words.whole * WORD_BYTES);
      this.writeUnreadLists(layout.out, shape.out, fields.errs);
      this.writer.end();
    }
  }

  /**
   * Bytes by which the return's argument pointer lies behind the entry's: a grant call that Xen interrupts goes on with
   * the rest of its ops (xen/common/grant_table.c:do_grant_table_op@master). ANOTHER_CALL where this is the return of a
   * call whose entry was lost.
   */
  private movedBy(open: OpenCall, fields: FtraceFields, nr: number): number {
    if (nr >= 0 && open.nr !== nr) return ANOTHER_CALL;
    if (!open.argKnown || !fields.has(Scalar.arg)) return 0;
    const low = fields.lowOf(Scalar.arg);
    const high = fields.highOf(Scalar.arg);
    if (low === OVERWRITTEN && high === 0) return 0;
    const moved = (high - open.argHigh) * 2 ** 32 + (low >>> 0) - (open.argLow >>> 0);
    if (moved === 0) return 0;
    const shape = open.nr === GRANT_TABLE_OP ? argumentShapeOf(open.nr, open.cmd) : undefined;
    const size = shape === undefined ? 0 : (this.raw.layoutOf(shape)?.size ?? 0);
    return moved > 0 && moved <= open.count * size && moved % size === 0 ? moved : ANOTHER_CALL;
  }

  private add(kind: number, head: FtraceHead, via: number, nr: number, cmd: number): number {
    const { batch, stats } = this.context;
    const row = batch.add(kind, head.place);
    stats.events++;
    this.fill(row, head);
    batch.call[row] = this.nextCall++;
    batch.via[row] = via;
    batch.nr[row] = nr;
    batch.cmd[row] = cmd <= CMD_MAX ? cmd : -1;
    return row;
  }

  private fill(row: number, head: FtraceHead): void {
    const { batch } = this.context;
    batch.time[row] = head.time;
    batch.cpu[row] = head.cpu;
    batch.pid[row] = head.pid;
    batch.comm[row] = head.comm;
  }

  /** Keeps the newest enter until its return. */
  private remember(
    head: FtraceHead,
    site: number,
    via: number,
    argKnown: boolean,
    argLow: number,
    argHigh: number,
    count = 0,
  ): void {
    const { batch } = this.context;
    const row = batch.length - 1;
    const open = this.openCalls.open(head);
    open.call = batch.call[row];
    open.nr = batch.nr[row];
    open.cmd = batch.cmd[row];
    open.via = via;
    open.count = count;
    open.site = site;
    open.argKnown = argKnown;
    open.argLow = argLow;
    open.argHigh = argHigh;
  }
}

/** The sub-op of a command word below 2^64. */
function subOpOf(command: number, bits: number): number {
  return command < 2 ** 31 ? command & ((1 << bits) - 1) : command % 2 ** bits;
}

/** A fetch that failed prints zeros; no argument that matters consists of them. */
function isZero(list: WordList): boolean {
  for (let i = 0; i < 2 * list.length; i++) if (list.words[i] !== 0) return false;
  return true;
}

function isZeroRow(list: WordList, row: number, size: number): boolean {
  const first = (row * size) >> 2;
  const end = ((row + 1) * size) >> 2;
  for (let i = first; i < end; i++) if (list.words[i] !== 0) return false;
  return true;
}

/** The recorded list of a handle: `f` is what the struct's first word points at. */
function listOf(entry: EntryWords, half: HalfShape, index: number, handle: number): WordList | undefined {
  const { name } = half.lists[index];
  if (name === "idxs") return entry.idxs;
  if (name === "gpfns") return entry.gpfns;
  if (name === "frame_list") return entry.frames;
  return handle === 0 ? entry.list : undefined;
}

function numberOr(fields: FtraceFields, scalar: number, absent: number): number {
  const value = fields.has(scalar) ? fields.unsigned(scalar) : absent;
  return value <= CMD_MAX ? value : absent;
}
