import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const corpus = new URL("../../../corpus/oracle/", import.meta.url);

type Json = Readonly<Record<string, unknown>>;

/** One hypercall that a real Xen answered, with what was measured before and after it. */
export interface OracleRecord {
  readonly seq: number;
  readonly nr: number;
  readonly cmd: number;
  readonly cmd_name: string;
  readonly count?: number;
  readonly args: Json | readonly Json[] | null;
  readonly ret: number;
  readonly out: Json | readonly Json[] | null;
  /** gfn -> `hole`, `rw:0xM`, `ro:0xM`, `rw:?`. */
  readonly prior: Readonly<Record<string, string>>;
  readonly post: Readonly<Record<string, string>>;
  readonly current_reservation: readonly [number, number];
}

/** Pages that the program had for itself, and their states at the start. */
export interface OracleWindow {
  readonly gfn: string;
  readonly nr: number;
  readonly class: string;
  readonly state: string;
}

interface OracleGrant {
  readonly ref: number;
  readonly gfn: string;
  readonly writable: boolean;
  readonly to_dom: number;
}

export interface Oracle {
  readonly spec: { readonly domains: readonly { readonly domid: number; readonly mode: string }[] } & Json;
  readonly windows: readonly OracleWindow[];
  readonly grants: readonly OracleGrant[];
  readonly records: readonly OracleRecord[];
  /** Pages that were not at their own frame at the end. */
  readonly notIdentity: Readonly<Record<string, string>>;
}

/** Reads corpus/oracle/`name`.jsonl.gz and its spec. */
export function readOracle(name: string): Oracle {
  const text = gunzipSync(readFileSync(new URL(`${name}.jsonl.gz`, corpus))).toString("utf8");
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const [first] = lines;
  const last = lines[lines.length - 1];
  return {
    spec: JSON.parse(readFileSync(new URL(`${name}.spec.json`, corpus), "utf8")),
    windows: first.start.windows,
    grants: first.start.grants,
    records: lines.slice(1, -1),
    notIdentity: last.not_identity,
  };
}

/** What of the answers a converted log holds. */
export interface Conversion {
  /** False: exits hold handle numbers only, which nothing can predict. */
  readonly results: boolean;
  /** Records whose results are kept all the same. */
  readonly keep?: readonly number[];
  /** Names of facts that are left out. */
  readonly withoutFacts?: readonly string[];
}

/** The records as an NDJSON log: a header, then two lines each. `seq` is the call's id. */
export function oracleLog(oracle: Oracle, conversion: Conversion): string {
  const facts = { ...(oracle.spec.facts as Json) };
  const left = Object.entries(facts).filter(([name]) => !conversion.withoutFacts?.includes(name));
  const grants = oracle.grants.map((grant) => ({
    ref: grant.ref,
    dom: grant.to_dom,
    gfn: grant.gfn,
    ro: !grant.writable,
  }));
  const header = { ...oracle.spec, xgt_log: 1, facts: Object.fromEntries(left), grants };
  const domid = oracle.spec.domains[0].domid;
  const lines: object[] = [header];
  for (const record of oracle.records) {
    lines.push({
      id: record.seq,
      ev: "enter",
      via: "privcmd",
      nr: record.nr,
      cmd: record.nr === 12 ? record.cmd & 63 : record.cmd,
      ...argumentsOf(record, domid),
    });
    const kept = conversion.results || conversion.keep?.includes(record.seq);
    lines.push({ id: record.seq, ev: "exit", ...(kept ? resultsOf(record) : handlesOf(record)) });
  }
  return `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
}

function argumentsOf(record: OracleRecord, domid: number): Json {
  const { args, count } = record;
  if (args === null) return {};
  if (Array.isArray(args)) {
    const ops = args.map((op: Json) => (domid === 0 ? op : withRealDomid(record.cmd, op, domid)));
    return { args: { count, ops } };
  }
  const given = args as Json;
  const counted = count === undefined ? {} : { count };
  if ("arg" in given) return { args: { fault: true, ...given, ...counted } };
  if ("extent_start" in given) {
    const { extent_start: _, ...rest } = given;
    return { args: { ...rest, extents: null } };
  }
  if (record.cmd === 23 && given.space !== 4) {
    const { foreign_domid: res0, ...rest } = given;
    return { args: { ...rest, res0 } };
  }
  return { args: given };
}

/** The program printed domid 0 for copies and transfers whatever it passed. */
function withRealDomid(cmd: number, op: Json, domid: number): Json {
  if (cmd === 4) return { ...op, domid };
  if (cmd !== 5) return op;
  const side = (name: string) => {
    const given = op[name] as Json;
    return { ...given, domid: given.domid === 0 ? domid : given.domid };
  };
  return { ...op, source: side("source"), dest: side("dest") };
}

/** Values that the program put where Xen writes; what still holds one was not written. */
const PREFILLED = new Map<string, unknown>([
  ["status", 32639],
  ["handle", 4278124286],
  ["dev_bus_addr", "0xfefefefefefefefe"],
]);
const PREFILLED_ERRNO = 23130;

export function writtenMembers(op: Json): Json {
  return Object.fromEntries(Object.entries(op).filter(([name, value]) => PREFILLED.get(name) !== value));
}

function resultsOf(record: OracleRecord): Json {
  const { out, ret } = record;
  if (Array.isArray(out)) return { ret, ops: out.map(writtenMembers) };
  if (out === null) return { ret };
  const { errs, nr_exchanged, nr_frames } = out as Json;
  return {
    ret,
    ...(Array.isArray(errs) && { errs: errs.map((errno) => (errno === PREFILLED_ERRNO ? null : errno)) }),
    ...(nr_exchanged !== undefined && { nr_exchanged }),
    ...(nr_frames !== undefined && { nr_frames }),
  };
}

function handlesOf(record: OracleRecord): Json {
  if (!Array.isArray(record.out) || record.cmd !== 0) return {};
  return {
    ops: record.out.map((op: Json) => {
      const { handle } = writtenMembers(op);
      return handle === undefined ? {} : { handle };
    }),
  };
}
