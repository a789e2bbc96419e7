import type { ArgumentList } from "@xgt/hypercall-abi";
import { type ArgumentShape, argumentShapes, type HalfShape } from "../../events/argument-shape.ts";
import { CallWriter } from "../../events/call-writer.ts";
import type { EventBatch } from "../../events/event-batch.ts";
import { HEX_VALUE, JsonScanner, UNUSUAL } from "../../json/json-scanner.ts";
import { ELEMENTS_MAX } from "../../limits.ts";
import { pathsOf } from "./member-paths.ts";
import { argumentMembers, MemberKind, MemberTable, tableOf } from "./member-table.ts";

const QUOTE = 34;
const COMMA = 44;
const ZERO = 48;
const OPENING_BRACKET = 91;
const CLOSING_BRACKET = 93;
const LOWER_X = 120;

/** Member tables of one sub-op. */
interface ShapeTables {
  /** Members of `args`. */
  readonly arguments: MemberTable;
  /** Members of an entry of `args.ops`; of the struct itself where the op has no rows. */
  readonly inRow: MemberTable;
  /** Members of an entry of the exit's `ops`; results on the line itself where the op has no rows. */
  readonly out: MemberTable;
}

function tablesOf(shape: ArgumentShape): ShapeTables {
  const { start, cont, count, ops, fault } = argumentMembers;
  const rows = shape.subOp.argument === "rows";
  const inPaths = pathsOf(shape.in, rows ? "row" : "args");
  const outPaths = pathsOf(shape.out, rows ? "row" : "line");
  const inRow = tableOf(shape.in, inPaths, rows, []);
  return {
    arguments: rows
      ? new MemberTable([count, ops, cont, fault])
      : tableOf(shape.in, inPaths, false, shape.subOp.argument === "none" ? [start] : [start, fault]),
    inRow,
    out: tableOf(shape.out, outPaths, rows, []),
  };
}

/** By ArgumentShape.index. */
export const shapeTables: readonly ShapeTables[] = argumentShapes.map(tablesOf);

/** Reads the arguments and results of calls from bytes into the batch's newest event. */
export class CallScanner extends JsonScanner {
  protected readonly batch: EventBatch;
  protected readonly writer: CallWriter;
  /** `start_extent` or `cont` of the arguments read last; -1: absent. */
  protected start = -1;
  /** `count` (or `nr_calls`) of the arguments read last, where they have it. */
  protected hasCount = false;
  protected countLow = 0;
  protected countHigh = 0;

  constructor(batch: EventBatch) {
    super();
    this.batch = batch;
    this.writer = new CallWriter(batch);
  }

  /** Reads the object at `pos` as arguments of a sub-op. */
  protected argumentsOf(shape: ArgumentShape): void {
    const { writer } = this;
    const tables = shapeTables[shape.index];
    this.start = -1;
    this.hasCount = false;
    writer.begin(shape.in, 0);
    if (shape.subOp.argument === "struct") writer.beginRow();
    this.object(tables.arguments, shape.in, tables.inRow);
    // A count without ops is for the general reader, which tells none from not recorded.
    if (this.hasCount && writer.rows === 0 && (this.countLow | this.countHigh) !== 0) throw UNUSUAL;
    if (this.hasCount) writer.setCount(this.countLow, this.countHigh);
    else if (shape.subOp.argument === "rows") writer.setCount(writer.rows, 0);
    writer.end();
  }

  /** Reads the list at `pos` as an exit's `ops`. */
  protected resultRows(shape: ArgumentShape): void {
    this.writer.begin(shape.out, 0);
    this.rows(shapeTables[shape.index].out, shape.out);
    this.writer.setCount(this.writer.rows, 0);
    this.writer.end();
  }

  /** Reads an object whose members `table` knows; `rows`: the table of the entries of its `ops`. */
  protected object(table: MemberTable, half: HalfShape, rows: MemberTable | null): void {
    let previous = -1;
    let once = 0;
    for (let p = this.firstKey(); p >= 0; p = this.nextKey()) {
      const code = this.key(table.keys, p, previous);
      if (code < 0) {
        this.skipValue();
        continue;
      }
      previous = code;
      const kind = table.kinds[code];
      if (kind === MemberKind.field) {
        this.integer(false);
        this.writer.setField(table.indices[code], this.low, this.high);
        continue;
      }
      if (kind >= MemberKind.nested) {
        if ((once & (1 << code)) !== 0) throw UNUSUAL;
        once |= 1 << code;
      }
      this.member(table, code, half, rows);
    }
  }

  /** Reads the value of member `code` of a table. */
  protected member(table: MemberTable, code: number, half: HalfShape, rows: MemberTable | null): void {
    switch (table.kinds[code]) {
      case MemberKind.field:
        this.integer(false);
        this.writer.setField(table.indices[code], this.low, this.high);
        break;
      case MemberKind.signedField:
        this.integer(true);
        this.writer.setField(table.indices[code], this.low, this.high);
        break;
      case MemberKind.list:
        this.list(table.indices[code], half.lists[table.indices[code]]);
        break;
      case MemberKind.nested:
        this.nestedObject(table.nested[code], half);
        break;
      case MemberKind.start:
        this.integer(false);
        this.start = this.unsigned;
        break;
      case MemberKind.count:
        this.integer(false);
        this.hasCount = true;
        this.countLow = this.low;
        this.countHigh = this.high;
        break;
      case MemberKind.ops:
        if (rows === null) throw UNUSUAL;
        this.rows(rows, half);
        break;
      default:
        throw UNUSUAL;
    }
  }

  private nestedObject(table: MemberTable | undefined, half: HalfShape): void {
    if (table === undefined) throw UNUSUAL;
    this.object(table, half, null);
  }

  private rows(table: MemberTable, half: HalfShape): void {
    const { bytes } = this;
    if (bytes[this.pos] !== OPENING_BRACKET) throw UNUSUAL;
    let p = this.skipBlanks(this.pos + 1);
    if (bytes[p] === CLOSING_BRACKET) {
      this.pos = p + 1;
      return;
    }
    for (;;) {
      this.pos = p;
      this.writer.beginRow();
      this.object(table, half, null);
      p = this.skipBlanks(this.pos);
      if (bytes[p] === CLOSING_BRACKET) break;
      if (bytes[p] !== COMMA || this.writer.rows > ELEMENTS_MAX) throw UNUSUAL;
      p = this.skipBlanks(p + 1);
    }
    this.pos = p + 1;
  }

  private list(index: number, list: ArgumentList): void {
    const { bytes, batch } = this;
    // Lists lie in the order of the shape; another order, or a list given twice, is for the general reader.
    if (bytes[this.pos] !== OPENING_BRACKET || index < this.writer.nextList) throw UNUSUAL;
    this.writer.beginList(index);
    let p = this.skipBlanks(this.pos + 1);
    if (bytes[p] === CLOSING_BRACKET) {
      this.pos = p + 1;
      return;
    }
    const first = batch.wordsUsed;
    p = list.elementSize === 8 ? this.frames(p) : this.numbers(p, list);
    const elements = (batch.wordsUsed - first) / 2;
    if (elements > ELEMENTS_MAX) throw UNUSUAL;
    this.pos = p;
    this.writer.adoptElements(elements);
  }

  /** Reads elements of eight bytes from `p` on; returns the index behind the closing bracket. */
  private frames(p: number): number {
    const { bytes, batch } = this;
    let { words } = batch;
    let at = batch.wordsUsed;
    for (;;) {
      // Frames up to 2^32, in hex, are all that usual lists hold: they are read right here.
      let low = 0;
      let high = 0;
      let q = p + 3;
      let digit = HEX_VALUE[bytes[q]];
      while (digit >= 0) {
        low = (low << 4) | digit;
        digit = HEX_VALUE[bytes[++q]];
      }
      const digits = q - p - 3;
      const isHex = bytes[p] === QUOTE && bytes[p + 1] === ZERO && bytes[p + 2] === LOWER_X;
      if (isHex && bytes[q] === QUOTE && digits > 0 && digits <= 8) p = q + 1;
      else {
        this.pos = p;
        this.integer(false);
        low = this.low;
        high = this.high;
        p = this.pos;
      }
      if (at + 2 > words.length) {
        batch.wordsUsed = at;
        batch.reserve(2);
        words = batch.words;
      }
      words[at] = low;
      words[at + 1] = high;
      at += 2;
      if (bytes[p] !== COMMA) {
        p = this.skipBlanks(p);
        if (bytes[p] === CLOSING_BRACKET) break;
        if (bytes[p] !== COMMA) throw UNUSUAL;
      }
      p++;
      if (bytes[p] !== QUOTE) p = this.skipBlanks(p);
    }
    batch.wordsUsed = at;
    return p + 1;
  }

  /** As `frames`, for smaller elements. */
  private numbers(p: number, list: ArgumentList): number {
    const { bytes, batch } = this;
    for (;;) {
      this.pos = p;
      this.integer(list.signed);
      if (!this.fits(list)) throw UNUSUAL;
      batch.pushU64(this.low, this.high);
      p = this.skipBlanks(this.pos);
      if (bytes[p] === CLOSING_BRACKET) return p + 1;
      if (bytes[p] !== COMMA) throw UNUSUAL;
      p = this.skipBlanks(p + 1);
    }
  }

  private fits(list: ArgumentList): boolean {
    if (this.high !== (list.signed ? this.low >> 31 : 0)) return false;
    return list.elementSize === 4 || this.low >>> 0 <= 0xff;
  }
}
