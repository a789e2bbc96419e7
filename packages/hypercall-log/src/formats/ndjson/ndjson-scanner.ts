import { hypercalls, MULTICALL } from "@xgt/hypercall-abi";
import { type ArgumentShape, argumentShapeOf, MULTICALL_SHAPE } from "../../events/argument-shape.ts";
import { EventKind, Recorded } from "../../events/event-kind.ts";
import { GuestEntryWriter } from "../../events/guest-entry-view.ts";
import { NameCache } from "../../events/name-cache.ts";
import { UNUSUAL } from "../../json/json-scanner.ts";
import type { KeyTable } from "../../json/key-table.ts";
import type { CallsUnderWay } from "../json-lines/calls-under-way.ts";
import type { LineNumbers } from "../json-lines/line-numbers.ts";
import type { ReaderContext } from "../log-format.ts";
import { CallScanner, shapeTables } from "./call-scanner.ts";
import { DmaScanner } from "./dma-scanner.ts";
import { sharedLineKeys } from "./line-keys.ts";
import { bit, ENTER_ONLY, EXIT_ONLY, Member, OWN } from "./line-member-keys.ts";
import { argumentMembers, MemberTable } from "./member-table.ts";
import { eventKinds, viaNames } from "./ndjson-names.ts";

const NEWLINE = 10;
const QUOTE = 34;
const DOMID_MAX = 0xffff;

/** Both members that a guest_p2m event must have. */
const P2M_MEMBERS = 3;

const multicallArguments = new MemberTable([argumentMembers.calls]);
const kindValues = [...eventKinds.values()];
const viaValues = [...viaNames.values()];

/** Bits of the command word that hold the sub-op, by hypercall number; 0: no sub-ops are known. */
const CMD_BITS = new Uint8Array(64);
for (const hypercall of hypercalls) CMD_BITS[hypercall.nr] = hypercall.cmdBits;

/**
 * Reads lines of the form that recorders write, straight from bytes into the batch: no string and no object per
 * line. A line of any other form is left to the general reader, which must read every accepted line equally.
 */
export class NdjsonScanner extends CallScanner {
  private readonly context: ReaderContext;
  private readonly calls: CallsUnderWay;
  private readonly lineNumbers: LineNumbers;
  private readonly names: NameCache;
  private readonly lineKeys = sharedLineKeys();
  private readonly dma: DmaScanner;
  private readonly entry: GuestEntryWriter;

  /** Keys of the line's members, as far as is known what line it is. */
  private keys = this.lineKeys.first;

  private row = 0;
  private kind = 0;
  /** Members of the line met so far, by code; and of the event's kind. */
  private seen = 0;
  private ownSeen = 0;
  /** Code of the member before this one. */
  private previous = -1;
  private previousKind = -1;
  private via = 0;
  /** The recorder's number of this line; -1: none. */
  private number = -1;
  private readonly nr = new Int32Array(2);
  private readonly cmd = new Int32Array(2);
  private readonly p2m = new Int32Array(4);
  /** The call's sub-op is looked up, and this is its shape. */
  private resolved = false;
  private shape: ArgumentShape | undefined;
  private hasPayload = false;

  constructor(context: ReaderContext, calls: CallsUnderWay, lineNumbers: LineNumbers) {
    super(context.batch);
    this.context = context;
    this.lineNumbers = lineNumbers;
    this.calls = calls;
    this.names = new NameCache(context.strings);
    this.dma = new DmaScanner(context.batch, this.names);
    this.entry = new GuestEntryWriter(context.batch);
  }

  /** Adds the event of the line at `start`. Returns where the next line begins, or -1 where this one is unusual. */
  scan(bytes: Uint8Array, start: number, place: number): number {
    if (bytes !== this.bytes) {
      this.setText(bytes);
      this.dma.enterText(bytes);
    }
    this.pos = start;
    this.kind = 0;
    this.seen = 0;
    this.ownSeen = 0;
    this.previous = -1;
    this.keys = this.lineKeys.first;
    this.via = 0;
    this.number = -1;
    this.resolved = false;
    this.shape = undefined;
    this.hasPayload = false;
    this.dma.begin();
    this.row = this.batch.add(0, place);
    try {
      this.line();
      this.complete();
    } catch (error) {
      this.batch.dropLast();
      if (error !== UNUSUAL) throw error;
      return -1;
    }
    return this.pos;
  }

  private line(): void {
    for (let p = this.firstKey(); p >= 0; p = this.nextKey()) {
      const code = this.key(this.keys, p, this.previous);
      if (code < 0) this.unknownMember();
      else {
        this.previous = code;
        if (code >= OWN) this.ownMember(code - OWN);
        else {
          if ((this.seen & bit(code)) !== 0) throw UNUSUAL;
          this.seen |= bit(code);
          this.lineMember(code);
        }
      }
    }
    const p = this.skipBlanks(this.pos);
    if (this.bytes[p] !== NEWLINE) throw UNUSUAL;
    this.pos = p + 1;
  }

  /** A member that nobody reads, as far as is known what line it is. */
  private unknownMember(): void {
    if (this.kind === 0 || (this.kind === EventKind.exit && !this.resolved)) throw UNUSUAL;
    this.skipValue();
  }

  private lineMember(code: number): void {
    const { batch, row } = this;
    switch (code) {
      case Member.t:
        batch.time[row] = this.decimal();
        break;
      case Member.id:
        this.integer(false);
        batch.call[row] = this.unsigned;
        if (this.kind === EventKind.exit) this.resolveExit();
        break;
      case Member.ev:
        this.previousKind = this.choice(this.lineKeys.kinds, this.previousKind);
        this.kind = kindValues[this.previousKind];
        this.kindIsKnown();
        break;
      case Member.n:
        this.number = this.small();
        break;
      case Member.cpu:
        batch.cpu[row] = this.small();
        break;
      case Member.pid:
        batch.pid[row] = this.small();
        break;
      case Member.comm:
        batch.comm[row] = this.name();
        break;
      case Member.via:
        this.via = viaValues[this.choice(this.lineKeys.via, -1)];
        break;
      case Member.nr:
        this.integer(false);
        this.nr[0] = this.low;
        this.nr[1] = this.high;
        break;
      case Member.cmd:
        this.integer(false);
        this.cmd[0] = this.low;
        this.cmd[1] = this.high;
        break;
      case Member.domid:
        batch.domid[row] = this.small();
        if (batch.domid[row] > DOMID_MAX) throw UNUSUAL;
        break;
      default:
        this.callMember(code);
    }
  }

  private callMember(code: number): void {
    const { batch, row } = this;
    switch (code) {
      case Member.args:
        this.arguments();
        break;
      case Member.ret:
        this.integer(true);
        batch.ret[row] = this.high * 4294967296 + (this.low >>> 0);
        break;
      case Member.ops:
        this.resultOps();
        break;
      case Member.multicall:
        this.integer(false);
        batch.multicall[row] = this.unsigned;
        break;
      case Member.entry:
        batch.entry[row] = this.small();
        break;
      default:
        throw UNUSUAL;
    }
  }

  /** Reads a text that must be a key of `table`; returns its code. */
  private choice(table: KeyTable, previous: number): number {
    if (this.bytes[this.pos] !== QUOTE) throw UNUSUAL;
    const code = table.find(this.bytes, this.pos + 1, previous);
    if (code < 0) throw UNUSUAL;
    this.pos = table.end;
    return code;
  }

  private name(): number {
    const start = this.pos + 1;
    if (this.bytes[this.pos] === QUOTE && this.names.isLast(this.bytes, start)) {
      this.pos = this.names.end;
      return this.names.last;
    }
    return this.names.intern(this.bytes, start, this.text());
  }

  private kindIsKnown(): void {
    switch (this.kind) {
      case EventKind.enter:
        this.keys = this.lineKeys.enter;
        break;
      case EventKind.exit:
        this.keys = this.lineKeys.exit;
        if ((this.seen & bit(Member.id)) !== 0) this.resolveExit();
        break;
      case EventKind.guestP2m:
        this.keys = this.lineKeys.p2m;
        break;
      case EventKind.dma:
        this.keys = this.lineKeys.dma;
        break;
      default:
        throw UNUSUAL;
    }
  }

  /** A member that only this kind of event has. */
  private ownMember(code: number): void {
    if (this.kind === EventKind.exit) this.resultMember(code);
    else if (this.kind === EventKind.dma) this.pos = this.dma.member(this.pos, code);
    else {
      this.ownSeen |= bit(code);
      this.integer(false);
      this.p2m[2 * code] = this.low;
      this.p2m[2 * code + 1] = this.high;
    }
  }

  private resultMember(code: number): void {
    const { shape } = this;
    if (shape === undefined) throw UNUSUAL;
    if (!this.hasPayload) {
      this.writer.begin(shape.out, 0);
      this.writer.beginRow();
      this.hasPayload = true;
    }
    this.member(shapeTables[shape.index].out, code, shape.out, null);
  }

  private resultOps(): void {
    const { shape } = this;
    if (this.kind !== EventKind.exit) throw UNUSUAL;
    if (shape === undefined || shape.subOp.argument !== "rows" || shape.out.lists.length > 0) throw UNUSUAL;
    this.resultRows(shape);
    this.hasPayload = true;
  }

  private arguments(): void {
    if (this.kind !== EventKind.enter) throw UNUSUAL;
    this.resolveEnter();
    const { batch, row, shape } = this;
    if (batch.nr[row] === MULTICALL) {
      this.hasCount = false;
      this.object(multicallArguments, MULTICALL_SHAPE, null);
      this.writer.begin(MULTICALL_SHAPE, 0);
      if (this.hasCount) this.writer.setCount(this.countLow, this.countHigh);
    } else {
      if (shape === undefined) throw UNUSUAL;
      this.argumentsOf(shape);
      if (this.start >= 0) batch.start[row] = this.start;
    }
    this.hasPayload = true;
  }

  /** Finds out which sub-op an enter line names. */
  private resolveEnter(): void {
    const { batch, row, nr, cmd } = this;
    if (this.resolved) return;
    if ((this.seen & bit(Member.nr)) === 0 || nr[1] !== 0 || nr[0] < 0) throw UNUSUAL;
    batch.nr[row] = nr[0];
    const hasCmd = (this.seen & bit(Member.cmd)) !== 0;
    const bits = nr[0] < CMD_BITS.length ? CMD_BITS[nr[0]] : 0;
    if (bits > 0) {
      if (!hasCmd) throw UNUSUAL;
      batch.cmd[row] = cmd[0] & ((1 << bits) - 1);
      batch.start[row] = Math.floor(((cmd[1] >>> 0) * 4294967296 + (cmd[0] >>> 0)) / (1 << bits));
      this.shape = argumentShapeOf(nr[0], batch.cmd[row]);
    } else if (nr[0] !== MULTICALL && hasCmd && cmd[1] === 0 && cmd[0] >= 0) {
      batch.cmd[row] = cmd[0];
      this.shape = argumentShapeOf(nr[0], cmd[0]);
    }
    this.resolved = true;
  }

  /** Finds the call that an exit line ends. */
  private resolveExit(): void {
    const { batch, row, calls } = this;
    if (calls.hasTwins) {
      if ((this.seen & bit(Member.domid)) === 0) throw UNUSUAL;
      batch.call[row] = calls.numberOfExit(batch.call[row], batch.domid[row]);
    }
    if (calls.find(batch.call[row])) {
      batch.nr[row] = calls.nr;
      batch.cmd[row] = calls.cmd;
      this.shape = argumentShapeOf(calls.nr, calls.cmd);
      if (this.shape !== undefined) this.keys = this.lineKeys.results[this.shape.index];
    }
    this.resolved = true;
  }

  private complete(): void {
    const { batch, row, kind, seen } = this;
    // Where lines are missing the general reader says so first.
    if (this.number >= 0 && !this.lineNumbers.isNext(batch.domid[row], this.number)) throw UNUSUAL;
    batch.kind[row] = kind;
    if (kind === EventKind.enter) this.completeEnter();
    else if (kind === EventKind.exit) this.completeExit();
    else if ((seen & (ENTER_ONLY | EXIT_ONLY)) !== 0) throw UNUSUAL;
    else if (kind === EventKind.guestP2m) this.completeP2m();
    else if (kind === EventKind.dma) this.dma.complete();
    else throw UNUSUAL;
    if (this.number >= 0) this.lineNumbers.advance(batch.domid[row], this.number);
    this.context.stats.events++;
  }

  private completeEnter(): void {
    const { batch, row, seen } = this;
    if ((seen & EXIT_ONLY) !== 0) throw UNUSUAL;
    this.resolveEnter();
    batch.via[row] = this.via;
    if (!this.hasPayload) {
      if (this.shape !== undefined && this.shape.subOp.argument === "none") {
        this.writer.begin(this.shape.in, 0);
        this.writer.end();
      } else batch.pushNoArguments(Recorded.nothing);
    }
    if ((seen & bit(Member.id)) === 0) return;
    const domid = batch.domid[row];
    if (domid >= 0) batch.call[row] = this.calls.numberOfEnter(batch.call[row], domid);
    this.calls.open(batch.call[row], batch.nr[row], batch.cmd[row], domid);
  }

  private completeExit(): void {
    const { batch, row, seen } = this;
    if ((seen & ENTER_ONLY) !== 0) throw UNUSUAL;
    if ((seen & bit(Member.id)) !== 0) this.calls.close(batch.call[row]);
    if (!this.hasPayload) batch.pushNoArguments(Recorded.nothing);
    else if (this.shape !== undefined && this.shape.subOp.argument !== "rows") this.writer.end();
  }

  private completeP2m(): void {
    const { entry, p2m, nr } = this;
    if (this.ownSeen !== P2M_MEMBERS) throw UNUSUAL;
    entry.begin();
    entry.setPfn(p2m[0], p2m[1]);
    entry.setMfn(p2m[2], p2m[3]);
    if ((this.seen & bit(Member.nr)) !== 0) entry.setCount(nr[0], nr[1]);
  }
}
