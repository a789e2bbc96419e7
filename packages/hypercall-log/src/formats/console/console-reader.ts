import { bootLogDomains, parseBootLog } from "../../domains/boot-log/boot-log.ts";
import type { DomainSpecFile, LogHeader } from "../../domains/spec/domain-spec.ts";
import { DomainSpecError, isLogHeader, logHeaderOf } from "../../domains/spec/domain-spec-file.ts";
import { EventKind } from "../../events/event-kind.ts";
import { writeLost } from "../../events/single-value.ts";
import { LineRegions, type LineSink } from "../../input/line-regions.ts";
import {
  CALLS_UNDER_WAY_MAX,
  CONSOLE_BOOT_BYTES_MAX,
  CONSOLE_HEADERS_BYTES,
  CONSOLE_SPEAKERS_MAX,
  LINE_BYTES_MAX,
} from "../../limits.ts";
import type { JsonLineDialect } from "../json-lines/json-line-reader.ts";
import { type JsonObject, LineError } from "../json-lines/line-members.ts";
import type { LogReader, ReaderContext } from "../log-format.ts";
import { joinedHeaders, withBoot } from "./console-header.ts";
import { consoleLine, isLineRest, partBeforeXen, prefixShape, UNNAMED } from "./console-line.ts";
import { JsonObjectText } from "./json-object-text.ts";

const NEWLINE = 10;
const OPENING_BRACE = 123;
const QUOTE = 34;
/** Where a line that was cut goes on: the start of an object that is ours or another program's. */
const OBJECT_START = '{"';
/** The first member of a recorder's line. */
const LINE_START = /^\{"(?:xgt_log|n|t|id|ev)":/;
/** Xen's own words in the middle of a line that another CPU was printing. */
const XEN_INSIDE = "(XEN) ";

/** Where the ids begin that calls of a guest get while another guest's call of the same id is under way: each counts from 0. */
const IDS_EACH = 2 ** 36;

/** One of those who print, and its line that has begun and not ended: consoles cut long lines into several. */
interface Speaker {
  /** -1: nobody is named. */
  readonly who: number;
  /** Each guest counts its calls and lines from 0. */
  readonly dialect: JsonLineDialect;
  readonly object: JsonObjectText;
  /** Shape of the prefix that its first piece had before the object. */
  shape: string;
  place: number;
  /** Its calls under way that got another id, by their own. */
  readonly moved: Map<number, number>;
  /** Its last line was torn: the rest of that may come yet. */
  isTorn: boolean;
}

/**
 * Reads the JSON lines of a recorder out of a console's capture: any prefix before them, Xen's and other programs' lines
 * between them, long lines in several pieces. What is not ours is counted and no error; what is ours and broken is lost.
 */
export class ConsoleReader implements LogReader, LineSink {
  private readonly context: ReaderContext;
  private readonly newDialect: () => JsonLineDialect;
  private readonly regions = new LineRegions(this);
  private readonly decoder = new TextDecoder();
  private readonly speakers = new Map<number, Speaker>();
  /** The only domain that the header of a guest on a UART of its own names; -1: none, or several. */
  private onlyDomain = UNNAMED;
  /** The console up to the first event, which may hold Xen's boot log. */
  private boot: Uint8Array[] = [];
  private bootBytes = 0;
  private started = false;
  private line = 0;
  /** Whose the calls under way are, by id. */
  private readonly underWay = new Map<number, Speaker>();
  /** Bytes of the lines before the one that is read. */
  private before = 0;

  /** `newDialect`: how one guest's lines are read. */
  constructor(context: ReaderContext, newDialect: () => JsonLineDialect) {
    this.context = context;
    this.newDialect = newDialect;
  }

  push(bytes: Uint8Array): void {
    this.regions.push(bytes);
  }

  /** Later headers are joined with the first as long as no event is given away: however the bytes come, that is in one place. */
  headerMayGrow(): boolean {
    return this.before < CONSOLE_HEADERS_BYTES;
  }

  finish(): void {
    this.regions.finish();
    for (const one of this.speakers.values()) {
      if (one.object.isOpen) this.broken(one, true);
    }
    this.start();
  }

  lines(bytes: Uint8Array, start: number, end: number): void {
    for (let p = start; p < end; ) {
      this.line++;
      const newline = bytes.indexOf(NEWLINE, p);
      if (!this.usual(bytes, p)) this.general(bytes, p, newline);
      this.before += newline + 1 - p;
      p = newline + 1;
    }
  }

  unterminated(bytes: Uint8Array, start: number, end: number): void {
    this.lines(bytes, start, end);
  }

  tooLong(): void {
    this.line++;
    this.context.stats.skip(`console lines of over ${LINE_BYTES_MAX} bytes`);
  }

  /** The whole of a line without prefix is one event of the usual form. */
  private usual(bytes: Uint8Array, start: number): boolean {
    if (!this.started || bytes[start] !== OPENING_BRACE || bytes[start + 1] !== QUOTE) return false;
    const unnamed = this.speaker(UNNAMED);
    if (unnamed.object.isOpen || this.speakers.size > 1 || unnamed.dialect.scan(bytes, start, this.line) < 0)
      return false;
    const { batch } = this.context;
    const row = batch.length - 1;
    if (batch.domid[row] < 0) batch.domid[row] = this.onlyDomain;
    return true;
  }

  private general(bytes: Uint8Array, start: number, end: number): void {
    if (!this.started) this.keepForBoot(bytes.subarray(start, end + 1));
    const raw = this.decoder.decode(bytes.subarray(start, end));
    const unnamed = this.speakers.get(UNNAMED);
    const before = partBeforeXen(raw, unnamed?.object.isOpen === true);
    if (before !== null) {
      this.context.stats.skip("lines of Xen's");
      this.take(UNNAMED, "", before);
      return;
    }
    const { speaker, prefix, text } = consoleLine(raw);
    // With the input focus a guest's lines come as Xen's own, without its number.
    const who = speaker === "xen" ? UNNAMED : speaker;
    if (speaker === "xen" && !this.isOurs(who, text, prefix)) {
      this.context.stats.skip("lines of Xen's");
      return;
    }
    this.take(who, prefix, text);
  }

  /** Whether a line that Xen prints as its own goes on with, or begins, one of a recorder's. */
  private isOurs(who: number, text: string, prefix: string): boolean {
    if (text.startsWith(OBJECT_START)) return true;
    const one = this.speakers.get(who);
    return one?.object.isOpen === true && prefix !== "" && one.shape === prefixShape(prefix);
  }

  private take(who: number, prefix: string, text: string): void {
    const one = this.speaker(who);
    const at = text.indexOf(OBJECT_START);
    if (one.object.isOpen) {
      const rest = this.continued(one, prefix, text);
      if (rest !== null && !(at >= 0 && this.beginsLine(text.slice(at)))) {
        this.add(one, rest);
        return;
      }
      if (at < 0) {
        this.context.stats.skip("other console lines");
        return;
      }
      this.broken(one, false);
    }
    if (isLineRest(text)) {
      // The rest of a line that was torn is counted with it.
      if (!one.isTorn) this.lost({ ...one, place: this.line });
      return;
    }
    if (at < 0) {
      if (text.trim() !== "") this.context.stats.skip("other console lines");
      return;
    }
    one.shape = prefixShape(prefix + text.slice(0, at));
    one.place = this.line;
    this.add(one, text.slice(at));
  }

  /** What a line adds to an object that is open; null: it has not the same prefix. */
  private continued(one: Speaker, prefix: string, text: string): string | null {
    const whole = prefix + text;
    const { length } = one.shape;
    return prefixShape(whole.slice(0, length)) === one.shape ? whole.slice(length) : null;
  }

  /** Whether a text begins a line of a recorder's: an object that is nested in another one has other members first. */
  private beginsLine(text: string): boolean {
    return LINE_START.test(text) && /"(?:xgt_log|ev)":/.test(text.slice(0, 256));
  }

  private add(one: Speaker, piece: string): void {
    const inside = piece.indexOf(XEN_INSIDE);
    if (inside > 0) this.context.stats.skip("lines of Xen's");
    const whole = one.object.add(inside > 0 ? piece.slice(0, inside) : piece);
    if (whole !== null) this.whole(one, whole);
    else if (one.object.text.length > LINE_BYTES_MAX) this.broken(one, false);
  }

  private whole(one: Speaker, text: string): void {
    let value: unknown;
    try {
      value = one.dialect.parse(text);
    } catch {
      one.isTorn = true;
      if (LINE_START.test(text)) this.lost(one);
      else this.context.stats.skip("other console lines");
      return;
    }
    const object = value as JsonObject;
    one.isTorn = false;
    if (isLogHeader(object)) this.header(object, one);
    else if (typeof object.ev === "string") this.event(object, one);
    else this.context.stats.skip("other console lines");
  }

  private event(object: JsonObject, one: Speaker): void {
    const { who, dialect, place } = one;
    this.start();
    const domid = who === UNNAMED ? this.onlyDomain : who;
    const own = domid === UNNAMED || object.domid !== undefined ? object : { ...object, domid };
    try {
      dialect.read(this.withOwnIds(own, one), place);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.context.stats.problem({ place, unit: "line", message: error.message });
    }
  }

  /** An object that never ended. At the end of the capture it is where the capture was cut. */
  private broken(one: Speaker, last: boolean): void {
    const ours = LINE_START.test(one.object.text);
    one.object.drop();
    if (!ours) {
      this.context.stats.skip("other console lines");
      return;
    }
    one.isTorn = true;
    if (last) {
      this.context.stats.truncated = true;
      const message = "the capture ends inside the line that begins here";
      this.context.stats.problem({ place: one.place, unit: "line", message });
    }
    this.lost(one);
  }

  /** A recorder's line that other output tore apart; the next line's number, where there is one, tells the same. */
  private lost({ dialect, place }: Speaker): void {
    this.context.stats.skip("torn lines");
    if (dialect.isNumbered?.() === true) return;
    const { batch, stats } = this.context;
    this.start();
    batch.add(EventKind.gap, place);
    writeLost(batch, 1);
    stats.lost++;
  }

  private header(object: JsonObject, { who, dialect, place }: Speaker): void {
    dialect.header?.(object);
    try {
      const header = logHeaderOf(object);
      if (who === UNNAMED) this.onlyDomain = header.domains.length === 1 ? header.domains[0].domid : UNNAMED;
      this.useHeader(header, place);
    } catch (error) {
      if (!(error instanceof DomainSpecError)) throw error;
      this.context.stats.problem({ place, unit: "line", message: `header: ${error.message}` });
    }
  }

  /** A guest's header knows of that guest; other guests' headers and Xen's own lines name the others. */
  private useHeader(header: LogHeader, place: number): void {
    const { context } = this;
    if (context.header === null) {
      context.header = withBoot(header, this.bootLog());
      return;
    }
    const known = new Set(context.header.domains.map(({ domid }) => domid));
    if (this.headerMayGrow()) context.header = joinedHeaders(context.header, header);
    else if (header.domains.some(({ domid }) => !known.has(domid))) {
      const ids = header.domains.map(({ domid }) => domid).join(", ");
      const message = `header: what it says of domain ${ids} comes behind the first events: tell it with --domains`;
      context.stats.warn({ place, unit: "line", message });
    }
  }

  /** Before the first event: what is known by then is the log's header. */
  private start(): void {
    if (this.started) return;
    this.started = true;
    if (this.context.header === null) {
      const boot = this.bootLog();
      if (boot.domains.length > 0 || boot.xen !== undefined)
        this.context.header = { ...boot, fromBoot: false };
    }
    this.boot = [];
  }

  private bootLog(): DomainSpecFile {
    return bootLogDomains(parseBootLog(Buffer.concat(this.boot)));
  }

  private keepForBoot(line: Uint8Array): void {
    if (this.bootBytes + line.length > CONSOLE_BOOT_BYTES_MAX) return;
    this.bootBytes += line.length;
    this.boot.push(line.slice());
  }

  private speaker(who: number): Speaker {
    let one = this.speakers.get(who);
    if (one === undefined) {
      one = {
        who,
        dialect: this.newDialect(),
        object: new JsonObjectText(),
        shape: "",
        place: 0,
        moved: new Map(),
        isTorn: false,
      };
      if (this.speakers.size < CONSOLE_SPEAKERS_MAX) this.speakers.set(who, one);
    }
    return one;
  }

  /** A line with the ids by which its calls are known: their own, or others where those are another guest's now. */
  private withOwnIds(object: JsonObject, one: Speaker): JsonObject {
    const { id, multicall, ev } = object;
    if (typeof id !== "number") return object;
    const around = typeof multicall === "number" ? one.moved.get(multicall) : undefined;
    const known = ev === "enter" ? this.enteredAs(id, one) : this.leftAs(id, one);
    if (known === id && around === undefined) return object;
    return { ...object, id: known, ...(around !== undefined && { multicall: around }) };
  }

  private enteredAs(id: number, one: Speaker): number {
    const owner = this.underWay.get(id);
    if (this.underWay.size >= CALLS_UNDER_WAY_MAX) this.underWay.clear();
    if (owner === undefined || owner === one || !(id >= 0 && id < IDS_EACH)) {
      this.underWay.set(id, one);
      return id;
    }
    const other = id + (one.who + 2) * IDS_EACH;
    if (one.moved.size >= CALLS_UNDER_WAY_MAX) one.moved.clear();
    one.moved.set(id, other);
    return other;
  }

  private leftAs(id: number, one: Speaker): number {
    const moved = one.moved.get(id);
    if (moved === undefined) {
      if (this.underWay.get(id) === one) this.underWay.delete(id);
      return id;
    }
    one.moved.delete(id);
    return moved;
  }
}
