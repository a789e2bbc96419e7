import { type ArgumentList, hypercallOf, MEMORY_OP, MULTICALL } from "@xgt/hypercall-abi";
import {
  type ArgumentShape,
  argumentShapeOf,
  argumentShapes,
  MULTICALL_SHAPE,
  NOT_WRITTEN,
} from "../../events/argument-shape.ts";
import { CallWriter } from "../../events/call-writer.ts";
import type { EventBatch } from "../../events/event-batch.ts";
import { ListState, Recorded, Via } from "../../events/event-kind.ts";
import { type RawArguments, writeRawRow } from "../../events/raw-argument.ts";
import { describe, JsonInteger } from "../../json/json-integer.ts";
import { ELEMENTS_MAX } from "../../limits.ts";
import type { CallsUnderWay } from "../json-lines/calls-under-way.ts";
import {
  asObject,
  INT32_MAX,
  type JsonObject,
  LineError,
  type LineMembers,
} from "../json-lines/line-members.ts";
import { type HalfPaths, type MemberPath, pathsOf } from "./member-paths.ts";
import { viaNames } from "./ndjson-names.ts";

/** Words of the longest raw op that is taken: gnttab_copy, the longest of the structs, has five. */
const RAW_WORDS_MAX = 16;

interface ShapePaths {
  readonly in: HalfPaths;
  readonly out: HalfPaths;
}

const shapePaths: readonly ShapePaths[] = argumentShapes.map((shape) => {
  const rows = shape.subOp.argument === "rows";
  return { in: pathsOf(shape.in, rows ? "row" : "args"), out: pathsOf(shape.out, rows ? "row" : "line") };
});

/** Reads enter and exit lines that are at hand as objects, into the batch's newest event. */
export class CallObjectReader {
  private readonly batch: EventBatch;
  private readonly calls: CallsUnderWay;
  private readonly members: LineMembers;
  private readonly writer: CallWriter;
  private readonly integer = new JsonInteger();
  private readonly openRaw: (() => RawArguments) | null;
  private raw: RawArguments | null = null;

  /** `raw`: makes the decoder of ops that are recorded as raw words; it is asked for once one is met. */
  constructor(
    batch: EventBatch,
    calls: CallsUnderWay,
    members: LineMembers,
    raw: (() => RawArguments) | null,
  ) {
    this.batch = batch;
    this.calls = calls;
    this.members = members;
    this.writer = new CallWriter(batch);
    this.openRaw = raw;
  }

  enter(row: number, line: JsonObject): void {
    const { batch, members } = this;
    const nr = members.required(line, "nr", INT32_MAX);
    batch.nr[row] = nr;
    batch.via[row] = members.choice(line, "via", viaNames, Via.kernel);
    if (members.readInteger(line, "multicall")) batch.multicall[row] = members.integer.number;
    batch.entry[row] = members.smallOrMinusOne(line, "entry");
    const given = line.args;
    const args = given === undefined || given === null ? null : asObject(given, "args");
    if (nr === MULTICALL) this.multicall(args);
    else {
      this.command(row, nr, line, args);
      this.arguments(argumentShapeOf(nr, batch.cmd[row]), args);
    }
    const id = batch.call[row];
    if (Number.isNaN(id)) return;
    const domid = batch.domid[row];
    batch.call[row] = this.calls.numberOfEnter(id, domid);
    this.calls.open(batch.call[row], nr, batch.cmd[row], domid);
  }

  exit(row: number, line: JsonObject): void {
    const { batch, members } = this;
    if (members.readInteger(line, "ret", true)) batch.ret[row] = members.integer.signedNumber;
    const id = this.calls.numberOfExit(batch.call[row], batch.domid[row]);
    batch.call[row] = id;
    if (Number.isNaN(id) || !this.calls.find(id)) {
      batch.pushNoArguments(Recorded.nothing);
      return;
    }
    batch.nr[row] = this.calls.nr;
    batch.cmd[row] = this.calls.cmd;
    this.results(argumentShapeOf(this.calls.nr, this.calls.cmd), line);
    this.calls.close(id);
  }

  private multicall(args: JsonObject | null): void {
    this.writer.begin(MULTICALL_SHAPE, 0, args === null ? Recorded.nothing : Recorded.fields);
    if (args !== null) this.count(args, "nr_calls");
  }

  private command(row: number, nr: number, line: JsonObject, args: JsonObject | null): void {
    const { batch, members } = this;
    const bits = hypercallOf(nr)?.cmdBits ?? 0;
    if (bits === 0) {
      // A hypercall of another kind: nothing of it is decoded, and its first argument need not be a command.
      const known = members.readInteger(line, "cmd") && members.integer.number <= INT32_MAX;
      batch.cmd[row] = known ? members.integer.number : -1;
      return;
    }
    members.readRequired(line, "cmd");
    const size = 2 ** bits;
    batch.cmd[row] = members.integer.low & (size - 1);
    batch.start[row] = Math.floor(members.integer.number / size);
    const name = nr === MEMORY_OP ? "start_extent" : "cont";
    if (args !== null && members.readInteger(args, name)) batch.start[row] = members.integer.number;
  }

  private arguments(shape: ArgumentShape | undefined, args: JsonObject | null): void {
    const { batch, writer } = this;
    if (shape === undefined) {
      batch.pushNoArguments(Recorded.nothing);
      return;
    }
    const { argument } = shape.subOp;
    if (argument === "none") {
      writer.begin(shape.in, 0);
      writer.end();
    } else if (args === null) batch.pushNoArguments(Recorded.nothing);
    else if (isFault(args)) {
      writer.begin(shape.in, 0, Recorded.fault);
      if (argument === "rows") this.count(args, "count");
    } else if (argument === "rows") this.ops(shape, args);
    else {
      writer.begin(shape.in, 0);
      this.row(shape, "in", args, "args.");
      this.lists(shape, "in", args, "args.");
      writer.end();
    }
  }

  private count(args: JsonObject, name: string): void {
    if (this.members.readInteger(args, name)) {
      this.writer.setCount(this.members.integer.low, this.members.integer.high);
    }
  }

  private ops(shape: ArgumentShape, args: JsonObject): void {
    const ops = args.ops;
    if (ops === undefined && this.members.readInteger(args, "count") && this.members.integer.number > 0) {
      // How many ops there were, and none of them.
      this.writer.begin(shape.in, 0, Recorded.nothing);
      this.count(args, "count");
      return;
    }
    const list = ops === undefined || ops === null ? [] : asList(ops, "args.ops");
    this.writer.begin(shape.in, list.length, ops === null ? Recorded.fault : Recorded.fields);
    this.count(args, "count");
    for (let i = 0; i < list.length; i++) {
      if (list[i] === null) {
        // The op that Xen could not read: it goes no further.
        this.writer.setRecorded(Recorded.fault);
        break;
      }
      this.row(shape, "in", asObject(list[i], `args.ops[${i}]`), `args.ops[${i}].`);
    }
    this.writer.end();
  }

  private results(shape: ArgumentShape | undefined, line: JsonObject): void {
    const { batch, writer } = this;
    if (shape === undefined) batch.pushNoArguments(Recorded.nothing);
    else if (shape.subOp.argument === "rows") {
      if (line.ops === undefined || line.ops === null) batch.pushNoArguments(Recorded.nothing);
      else this.resultOps(shape, asList(line.ops, "ops"));
    } else if (anyPresent(shapePaths[shape.index].out, line)) {
      writer.begin(shape.out, 0);
      this.row(shape, "out", line, "");
      this.lists(shape, "out", line, "");
      writer.end();
    } else batch.pushNoArguments(Recorded.nothing);
  }

  private resultOps(shape: ArgumentShape, ops: readonly unknown[]): void {
    this.writer.begin(shape.out, ops.length);
    for (let i = 0; i < ops.length; i++) {
      if (ops[i] === null) this.writer.beginRow();
      else this.row(shape, "out", asObject(ops[i], `ops[${i}]`), `ops[${i}].`);
    }
    if (ops.length > 0 && ops[0] !== null) this.lists(shape, "out", asObject(ops[0], "ops[0]"), "ops[0].");
    this.writer.end();
  }

  private row(shape: ArgumentShape, side: "in" | "out", object: JsonObject, prefix: string): void {
    if (this.openRaw !== null && Array.isArray(object.raw)) {
      this.rawRow(shape, side, object.raw, prefix);
      return;
    }
    const { fields } = shape[side];
    const paths = shapePaths[shape.index][side].fields;
    this.writer.beginRow();
    for (let i = 0; i < fields.length; i++) {
      const value = valueAt(object, paths[i], prefix);
      if (value === undefined || value === null) continue;
      const wrong = this.integer.read(value, fields[i].signed === true);
      if (wrong !== null) throw new LineError(`${prefix}${fields[i].name}: ${wrong}`);
      this.writer.setField(i, this.integer.low, this.integer.high);
    }
  }

  private rawRow(shape: ArgumentShape, side: "in" | "out", values: readonly unknown[], prefix: string): void {
    this.raw ??= this.openRaw === null ? null : this.openRaw();
    const layout = this.raw?.layoutOf(shape) ?? null;
    if (layout === null || values.length > RAW_WORDS_MAX) {
      throw new LineError(`${prefix}raw: no struct of ${values.length} words is known for this sub-op`);
    }
    const words = new Int32Array(2 * values.length);
    values.forEach((value, i) => {
      const wrong = this.integer.read(value, false);
      if (wrong !== null) throw new LineError(`${prefix}raw[${i}]: ${wrong}`);
      words[2 * i] = this.integer.low;
      words[2 * i + 1] = this.integer.high;
    });
    writeRawRow(this.writer, layout[side], words, 0, 8 * values.length);
  }

  private lists(shape: ArgumentShape, side: "in" | "out", object: JsonObject, prefix: string): void {
    const { lists } = shape[side];
    const paths = shapePaths[shape.index][side].lists;
    const isRaw = this.openRaw !== null && Array.isArray(object.raw);
    for (let i = 0; i < lists.length; i++) {
      const value = valueAt(object, paths[i], prefix);
      const name = `${prefix}${lists[i].name}`;
      // Raw words hold only the handle: the list is there, and nothing of it was recorded.
      if (isRaw) this.writer.beginList(i);
      else if (value === null) this.writer.beginList(i, ListState.unreadable);
      else if (value !== undefined) {
        this.writer.beginList(i);
        this.elements(lists[i], asList(value, name), name);
      }
    }
  }

  private elements(list: ArgumentList, values: readonly unknown[], name: string): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value === null) {
        if (list.direction === "out" && list.elementSize === 4) {
          this.writer.addElement(0, NOT_WRITTEN);
          continue;
        }
        this.writer.setListState(ListState.fault);
        return;
      }
      const wrong = this.integer.read(value, list.signed) ?? misfit(this.integer, list);
      if (wrong !== null) throw new LineError(`${name}[${i}]: ${wrong}`);
      this.writer.addElement(this.integer.low, this.integer.high);
    }
  }
}

/** What is wrong with an element that is too wide for its list. */
function misfit(integer: JsonInteger, list: ArgumentList): string | null {
  if (list.elementSize === 8) return null;
  const high = list.signed ? integer.low >> 31 : 0;
  const fits = integer.high === high && (list.elementSize === 4 || integer.low >>> 0 <= 0xff);
  return fits ? null : `does not fit ${8 * list.elementSize} bits`;
}

function isFault(args: JsonObject): boolean {
  const fault = args.fault;
  if (fault === true || fault === 1) return true;
  if (fault === undefined || fault === null || fault === false || fault === 0) return false;
  throw new LineError(`args.fault: expected true, not ${describe(fault)}`);
}

function asList(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new LineError(`${name}: expected a list, not ${describe(value)}`);
  if (value.length > ELEMENTS_MAX) throw new LineError(`${name}: more than ${ELEMENTS_MAX} elements`);
  return value;
}

function valueAt(object: JsonObject, path: MemberPath, prefix: string): unknown {
  if (path === null) return undefined;
  if (path.length === 1) return object[path[0]];
  const inner = object[path[0]];
  return inner === undefined || inner === null ? undefined : asObject(inner, `${prefix}${path[0]}`)[path[1]];
}

function anyPresent(paths: HalfPaths, line: JsonObject): boolean {
  const given = (path: MemberPath) => (path === null ? undefined : line[path[0]]);
  return (
    paths.fields.some((path) => given(path) !== undefined && given(path) !== null) ||
    paths.lists.some((path) => given(path) !== undefined)
  );
}
