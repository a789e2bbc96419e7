import { GRANT_TABLE_OP, hypercallOf, MEMORY_OP, MULTICALL } from "@xgt/hypercall-abi";
import { RawArguments } from "../../events/raw-argument.ts";
import { CallsUnderWay } from "../json-lines/calls-under-way.ts";
import { JsonLineReader } from "../json-lines/json-line-reader.ts";
import { INT32_MAX, type JsonObject } from "../json-lines/line-members.ts";
import { LineNumbers } from "../json-lines/line-numbers.ts";
import { sniffJsonLines } from "../json-lines/sniff-json-lines.ts";
import type { LogFormat, ReaderContext } from "../log-format.ts";
import type { CallForm } from "../ndjson/line-values.ts";
import { callMembers } from "../ndjson/member-paths.ts";
import { EventObjectReader } from "../ndjson/ndjson-object.ts";
import { NdjsonTemplates } from "../ndjson/ndjson-templates.ts";

const POPULATE_PHYSMAP = 6;
const EXCHANGE = 11;
const ADD_TO_PHYSMAP_BATCH = 23;
const ACQUIRE_RESOURCE = 28;
const GNTTABOP_SET_VERSION = 8;
const GNTTABOP_GET_VERSION = 10;
const XENMAPSPACE_GMFN_FOREIGN = 4;
const EFAULT = 14;

/**
 * The lines that may be read by their layout, by far the most: arguments lie flat behind the sub-op. Not those of which
 * something is put right, or of which one member's value decides what another means.
 */
const hvclogForm: CallForm = {
  argumentsBehind: /"cmd":\d+(?=,)/,
  resultRows: /"result":\[(\{[^{}[\]]*\})(?:,\{[^{}[\]]*\})*\]/,
  unusual: /"(?:n|multicall|entry|type|raw)":|\d{16}/,
  takes: (nr, cmd) => nr === GRANT_TABLE_OP || (nr === MEMORY_OP && cmd <= POPULATE_PHYSMAP),
};

/**
 * The JSON lines of the hvclog kernel module:
 *
 *     {"t":14.679588,"id":4,"ev":"enter","cpu":0,"pid":195,"comm":"dmag","via":"privcmd","nr":12,"cmd":1,"domid":"0x7ff0",
 *      "extent_order":0,"mem_flags":0,"nr_extents":1,"extents":["0xc5b79"]}          (one line)
 *     {"t":14.68,"id":5,"ev":"enter",...,"nr":20,"cmd":6,"count":1,"ops":[{"raw":["0x7ff0","0x0"]}]}
 *     {"t":14.68,"id":5,"ev":"exit","via":"","nr":20,"cmd":6,"count":1,"ret":0,"result":[{"raw":["0x2c00007ff0","0x40"]}]}
 *
 * `t`, `id`, `ev`, `cpu`, `pid`, `comm`, `via`, `nr`, `cmd` and `ret` are those of NDJSON. Arguments lie flat on the enter
 * line, `domid` among them; results of grant ops are called `result`; grant ops other than map and unmap are `raw`: the
 * 64-bit words of Xen's struct. What the recorder read back after a call need not be what Xen wrote; what cannot be is
 * left out here.
 */
export const hvclog: LogFormat = {
  name: "hvclog",
  title: "JSON lines of the hvclog kernel module",
  placeUnit: "line",
  sniff: (head) => sniffJsonLines(head) === "hvclog",
  open(context) {
    const calls = new CallsUnderWay();
    const reader = new HvclogLines(context, calls);
    return new JsonLineReader(context, {
      templates: new NdjsonTemplates(context, calls, hvclogForm),
      scan: () => -1,
      parse: (text) => JSON.parse(corrected(text)),
      read: (object, line) => reader.read(object, line),
    });
  },
};

/** Undoes two habits of the module: a second `id` on acquire_resource lines, and 64-bit numbers without quotes. */
function corrected(text: string): string {
  let line = text;
  if (line.includes('"type":')) line = line.replace(/("type":\d+,)"id":/, '$1"resource_id":');
  return /\d{16}/.test(line) ? line.replace(/([:,[])(-?\d{16,})(?=[,}\]])/g, '$1"$2"') : line;
}

class HvclogLines {
  private readonly calls: CallsUnderWay;
  private readonly reader: EventObjectReader;

  constructor(context: ReaderContext, calls: CallsUnderWay) {
    this.calls = calls;
    this.reader = new EventObjectReader(
      context,
      calls,
      new LineNumbers(),
      () => new RawArguments(context.abi),
    );
  }

  read(line: JsonObject, place: number): void {
    const { nr, cmd } = commandOf(line);
    if (line.ev === "enter") this.reader.read(enterOf(line, nr, cmd), place);
    else if (line.ev === "exit") {
      this.expectCall(line, nr, cmd);
      this.reader.read(exitOf(line, nr, cmd), place);
    } else this.reader.read(line, place);
  }

  /** Every exit names its sub-op: results can be read also where the enter is missing. */
  private expectCall(line: JsonObject, nr: number, cmd: number): void {
    if (isCount(line.id) && nr >= 0 && !this.calls.find(line.id)) this.calls.open(line.id, nr, cmd);
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Hypercall and command of a call's line; -1 both where the line does not have them as numbers that a call can have. */
function commandOf(line: JsonObject): { nr: number; cmd: number } {
  const { nr, cmd } = line;
  if (!isCount(nr) || nr > INT32_MAX || typeof cmd !== "number" || !Number.isSafeInteger(cmd))
    return { nr: -1, cmd: -1 };
  const bits = hypercallOf(nr)?.cmdBits ?? 0;
  return { nr, cmd: bits === 0 ? -1 : cmd % 2 ** bits };
}

/** An enter line as NDJSON has it. */
function enterOf(line: JsonObject, nr: number, cmd: number): JsonObject {
  const kept: Record<string, unknown> = {};
  const args: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(line)) {
    (callMembers.includes(name) ? kept : args)[name] = value;
  }
  if (nr === MEMORY_OP) correctArguments(cmd, args);
  if (nr === MULTICALL) delete kept.cmd;
  if (Object.keys(args).length > 0) kept.args = args;
  return kept;
}

function correctArguments(cmd: number, args: Record<string, unknown>): void {
  if (cmd === EXCHANGE) {
    if ("in" in args) args.in = { extents: args.in };
    if ("out" in args) args.out = { extents: args.out };
  } else if (cmd === ADD_TO_PHYSMAP_BATCH && args.space !== XENMAPSPACE_GMFN_FOREIGN) {
    args.res0 = args.foreign_domid;
    delete args.foreign_domid;
  } else if (cmd === ACQUIRE_RESOURCE) {
    args.id = args.resource_id;
    delete args.resource_id;
  }
}

/** An exit line as NDJSON has it. */
function exitOf(line: JsonObject, nr: number, cmd: number): JsonObject {
  const { t, id, ev, cpu, pid, comm, ret } = line;
  const exit: Record<string, unknown> = { t, id, ev, cpu, pid, comm, ret };
  const failed = typeof ret === "number" && ret < 0;
  if (nr === GRANT_TABLE_OP) {
    if (wroteRows(cmd, failed ? -Number(ret) : 0)) exit.ops = line.result;
  } else if (cmd === ADD_TO_PHYSMAP_BATCH) {
    if (!failed) exit.errs = line.errs;
  } else if (cmd === ACQUIRE_RESOURCE) {
    // With a list it is the question's own number, and the list that Xen did not change (it writes it for x86 PV only).
    if (!failed && line.frame_list === undefined) exit.nr_frames = line.nr_frames;
  } else if (cmd === EXCHANGE) exit.nr_exchanged = line.nr_exchanged;
  return exit;
}

/**
 * True where Xen wrote the ops that the recorder read back. A call refused as a whole leaves them as they were; only
 * -EFAULT comes after some of them, and those before the unreadable one are Xen's. The version ops write whatever
 * they return.
 */
function wroteRows(cmd: number, errno: number): boolean {
  return errno === 0 || errno === EFAULT || cmd === GNTTABOP_SET_VERSION || cmd === GNTTABOP_GET_VERSION;
}
