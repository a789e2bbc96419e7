import {
  GRANT_TABLE_OP,
  loadModel,
  MEMORY_OP,
  MemoryOp,
  newestRelease,
  structOf,
  subOpOf,
} from "@xgt/hypercall-abi";
import type { CallSite } from "./call-sites.ts";
import { type LeftOut, PHYS_TO_MACHINE, type ProbePlaces } from "./probe-places.ts";

/** A kprobe event: what `kprobe_events` is told, and the filter that its records must pass. */
export interface ProbeEvent {
  /** At most 63 characters: "mo_s_decrease_reservation_40". */
  readonly name: string;
  /** `SYMBOL+OFFSET`, `MODULE:SYMBOL+OFFSET` or an address. */
  readonly place: string;
  /** What is read, as `kprobe_events` takes it: "cmd=%x0:u64 arg=%x1:x64". */
  readonly fetch: string;
  /** As tracefs takes it: "cmd!=23"; null: every record passes. */
  readonly filter: string | null;
}

/** What a kernel's kprobes will record. */
export interface ProbeChoice {
  /** The events of all calls that can be recorded. */
  readonly events: readonly ProbeEvent[];
  /** The calls that cannot; empty: all are recorded. */
  readonly leftOut: readonly LeftOut[];
}

/** Sub-ops of memory_op by what a probe reads behind their argument. */
const RESERVATION_OPS: readonly number[] = [
  MemoryOp.increase_reservation,
  MemoryOp.decrease_reservation,
  MemoryOp.populate_physmap,
];
const ADD_TO_PHYSMAP_BATCH = MemoryOp.add_to_physmap_batch;

/** The smallest op of which there are arrays, unmap_grant_ref, has as many. */
const ANY_GRANT_OP_WORDS = 3;

/**
 * Functions whose frame list is the balloon's own: one static page (drivers/xen/balloon.c:frame_list@L6.12), so that
 * reading a page of it whatever the count reads nothing else.
 */
const BALLOON_FUNCTIONS: readonly string[] = [
  "balloon_process",
  "balloon_thread",
  "increase_reservation",
  "decrease_reservation",
];

/** tracefs takes names of 63 characters; this leaves room for prefix and offset. */
const NAME_MAX = 40;
/** Words of one array, and of the parts of a page that one event has room for (kernel/trace/trace_probe.h@L6.12). */
const ARRAY_WORDS = 64;
const FIRST_PARTS = 5;
const PAGE_PARTS = 8;
const WORD_BYTES = 8;

/** Arrays `f0`, `f1`... of the list behind the argument's first word. */
function listParts(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, i) => {
    const part = from + i;
    return `f${part}=+${part * ARRAY_WORDS * WORD_BYTES}(+0(%x1)):x64[${ARRAY_WORDS}]`;
  }).join(" ");
}

/**
 * The events that record all calls at these places, in the names and fields of the tracefs reader.
 *
 * tracefs reads arrays of fixed length before it looks at a filter, and Linux cannot survive reading a hole: Xen's
 * abort has no place in its exception tables. So no event reads behind what a call surely has: of grant ops the first
 * one (24 bytes of it where the sub-op is not known), of lists one element, the balloon's static page apart.
 */
export function probeEvents(facts: ProbePlaces): ProbeChoice {
  const { sites, leftOut } = facts;
  const events: ProbeEvent[] = [];
  const used = new Set<string>();
  for (const site of sites) {
    const name = placeName(site, used);
    const place = (bytes: number) => placeOf(site, bytes, facts.ambiguous);
    const add = (prefix: string, at: number, fetch: string, filter: string | null = null) =>
      events.push({ name: `${prefix}_${name}`, place: place(at), fetch, filter });
    if (site.target === "HYPERVISOR_memory_op") memoryOp(site, facts, add);
    else if (site.target === "HYPERVISOR_grant_table_op") grantTableOp(site, add);
    else privcmdCall(add);
  }
  if (facts.hasPhysToMachine) {
    const fetch = "pfn=%x0:x64 mfn=%x1:x64 n=%x2:u64";
    events.push({ name: "p2m", place: PHYS_TO_MACHINE, fetch, filter: null });
  }
  return { events, leftOut };
}

type Add = (prefix: string, at: number, fetch: string, filter?: string) => void;

/** The instruction behind the call. */
const AFTER = 4;

function memoryOp(site: CallSite, facts: ProbePlaces, add: Add): void {
  const { constant } = site;
  const head = "cmd=%x0:u64 arg=%x1:x64";
  const args = "a=+0(%x1):x64[4]";
  const isList = constant !== null && RESERVATION_OPS.includes(constant);
  const isBatch = constant === ADD_TO_PHYSMAP_BATCH;
  const isLong = isList && listIsStatic(site, facts);
  if (!isBatch) {
    const first = constant === null || isList ? " f=+0(+0(%x1)):x64[1]" : "";
    const nr = isList || constant === null ? " nr=+8(%x1):u64" : "";
    const filter = isLong ? "nr<=1" : constant === null ? `cmd!=${ADD_TO_PHYSMAP_BATCH}` : undefined;
    add("mo_s", 0, `${head}${nr} ${args}${first}`, filter);
  }
  if (isLong) {
    const nr = "nr=+8(%x1):u64";
    add("mo_l", 0, `${head} ${nr} ${args} ${listParts(0, FIRST_PARTS)}`, "nr>1");
    const rest = `nr>${FIRST_PARTS * ARRAY_WORDS}`;
    add("mo_x", 0, `${head} ${nr} ${listParts(FIRST_PARTS, PAGE_PARTS)}`, rest);
  }
  if (isBatch || constant === null) {
    const lists = "idxs=+0(+8(%x1)):x64[1] gpfns=+0(+16(%x1)):x64[1]";
    const filter = constant === null ? `cmd==${ADD_TO_PHYSMAP_BATCH}` : undefined;
    add("mo_b", 0, `${head} ${args} ${lists}`, filter);
  }
  add("mo_r", AFTER, "ret=%x0:s64 arg=%x1:x64");
}

/** x1 and x2 still hold the ops and their count behind the call on a release Xen; a debug build overwrites them. */
function grantTableOp(site: CallSite, add: Add): void {
  const words = site.constant === null ? ANY_GRANT_OP_WORDS : grantOpWords(site.constant);
  const ops = `uop=%x1:x64 count=%x2:u32 w=+0(%x1):x64[${words}]`;
  add("gt_e", 0, `cmd=%x0:u32 ${ops}`);
  add("gt_r", AFTER, `ret=%x0:s64 ${ops}`);
}

/** Whole words of one op, at least one: where the sub-op is known, the first op is read whole. */
function grantOpWords(cmd: number): number {
  const struct = subOpOf(GRANT_TABLE_OP, cmd)?.struct ?? null;
  if (struct === null) return ANY_GRANT_OP_WORDS;
  const { size } = structOf(loadModel(newestRelease, "arm64", "guest"), struct);
  return Math.max(1, Math.floor(size / WORD_BYTES));
}

function privcmdCall(add: Add): void {
  // tracefs takes no arrays of memory said to be user space's; by its address it knows it on arm64.
  const head = "op=%x0:u64 cmd=%x1:u64";
  const args = "arg=%x2:x64 a=+0(%x2):x64[4]";
  const lists = "idxs=+0(+u8(%x2)):x64[1] gpfns=+0(+u16(%x2)):x64[1]";
  const batch = `cmd==${ADD_TO_PHYSMAP_BATCH}`;
  const notBatch = `cmd!=${ADD_TO_PHYSMAP_BATCH}`;
  add("pc_mo", 0, `${head} ${args} f=+0(+u0(%x2)):x64[1]`, `op==${MEMORY_OP}&&${notBatch}`);
  add("pc_mb", 0, `${head} ${args} ${lists}`, `op==${MEMORY_OP}&&${batch}`);
  add(
    "pc_gt",
    0,
    `${head} uop=%x2:x64 count=%x3:u32 w=+0(%x2):x64[${ANY_GRANT_OP_WORDS}]`,
    `op==${GRANT_TABLE_OP}`,
  );
  add("pc_xx", 0, head, `op!=${MEMORY_OP}&&op!=${GRANT_TABLE_OP}`);
  // x16 holds the hypercall's number (arch/arm64/xen/hypercall.S@L6.12).
  const ops = `uop=%x1:x64 w=+0(%x1):x64[${ANY_GRANT_OP_WORDS}]`;
  add("pc_r", AFTER, `op=%x16:u64 ret=%x0:s64 ${ops}`);
}

/** Whether every list that this place passes on is the balloon's page. */
function listIsStatic(site: CallSite, facts: ProbePlaces): boolean {
  if (BALLOON_FUNCTIONS.includes(site.symbol)) return true;
  const callers = facts.callersOf(site.symbol);
  return callers.length > 0 && callers.every((name) => BALLOON_FUNCTIONS.includes(name));
}

/** A name for the place that no other place has, the same in the names of its entry and return. */
function placeName(site: CallSite, used: Set<string>): string {
  const base = `${site.symbol.replace(/\W/g, "_").slice(0, NAME_MAX)}_${site.offset.toString(16)}`;
  let name = base;
  for (let n = 2; used.has(name); n++) name = `${base}_${n}`;
  used.add(name);
  return name;
}

function placeOf(site: CallSite, bytes: number, ambiguous: ReadonlySet<string>): string {
  if (site.address !== null && ambiguous.has(site.symbol))
    return `0x${(site.address + BigInt(bytes)).toString(16)}`;
  const module = site.module === null ? "" : `${site.module}:`;
  return `${module}${site.symbol}+0x${(site.offset + bytes).toString(16)}`;
}
