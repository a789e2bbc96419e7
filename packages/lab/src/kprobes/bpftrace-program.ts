import {
  type Abi,
  fieldOf,
  GRANT_TABLE_OP,
  loadModel,
  MEMORY_OP,
  newestRelease,
  type SubOp,
  structOf,
  subOpOf,
} from "@xgt/hypercall-abi";
import { BPFTRACE_LOOP_MAX } from "../limits.ts";
import type { CallSite } from "./call-sites.ts";
import { PHYS_TO_MACHINE, type ProbePlaces } from "./probe-places.ts";

const WORD_BYTES = 8;
/** The instruction behind the call. */
const AFTER = 4;
const SUB_OPS_MAX = 64;
/** What a program says first, by which a log is told. */
export const bpftraceBeginning = "# xgt bpftrace 1";

/** A list behind a handle of a memory_op's argument: the letter of its lines, and where handle and count lie. */
interface ListPlace {
  readonly letter: string;
  readonly handle: number;
  readonly count: { readonly offset: number; readonly size: number };
  readonly elementSize: number;
}

/** Letters by the lists' names; what Xen writes is read when the call returns. */
const LETTERS: ReadonlyMap<string, string> = new Map([
  ["extents", "X"],
  ["frame_list", "X"],
  ["idxs", "I"],
  ["gpfns", "G"],
  ["errs", "V"],
]);

/** Where arguments are: in the kernel, or in a program's memory. */
interface Memory {
  readonly isUser: boolean;
}

/** A number of `size` bytes at `address`, an expression of bpftrace. */
function at({ isUser }: Memory, address: string, size: number): string {
  const pointer = `(uint${8 * size}*)(${address})`;
  return isUser ? `*uptr(${pointer})` : `*${pointer}`;
}

/** The words of a struct of `size` bytes at `address`: no byte behind it is read. */
function words(memory: Memory, address: string, size: number): string[] {
  return Array.from({ length: Math.ceil(size / WORD_BYTES) }, (_, word) => {
    const left = size - word * WORD_BYTES;
    const bytes = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    return at(memory, `${address} + ${word * WORD_BYTES}`, bytes);
  });
}

const subOpsOf = (nr: number): SubOp[] =>
  Array.from({ length: SUB_OPS_MAX }, (_, cmd) => subOpOf(nr, cmd)).filter((subOp) => subOp !== undefined);

/** The sub-ops that a place may issue: the one that it passes as a constant, or all. */
function subOpsAt(nr: number, constant: number | null): SubOp[] {
  return subOpsOf(nr).filter(({ cmd }) => constant === null || cmd === constant);
}

function sizeOf(abi: Abi, { struct }: SubOp): number {
  return struct === null ? 0 : structOf(abi, struct).size;
}

/** A condition on the sub-op in `$s`. */
function oneOf(subOps: readonly SubOp[]): string {
  return subOps.map(({ cmd }) => `$s == ${cmd}`).join(" || ");
}

/** Groups of sub-ops with arguments of one size, which are read alike. */
function bySize(abi: Abi, subOps: readonly SubOp[]): [number, SubOp[]][] {
  const groups = new Map<number, SubOp[]>();
  for (const subOp of subOps) {
    const size = sizeOf(abi, subOp);
    groups.set(size, [...(groups.get(size) ?? []), subOp]);
  }
  return [...groups];
}

/** The lists that a sub-op's own handles lead to, those that are read before the call or those that are behind it. */
function listsOf(abi: Abi, subOp: SubOp, side: "in" | "out"): ListPlace[] {
  return subOp.lists.flatMap((list) => {
    const letter = LETTERS.get(list.name);
    const isRead = side === "out" ? list.name === "errs" : list.direction !== "out";
    const count = subOp.fields.find(({ name }) => name === list.count);
    const struct = list.struct ?? subOp.struct;
    if (letter === undefined || !isRead || count === undefined || struct === null) return [];
    const from = count.struct ?? subOp.struct ?? struct;
    const { offset, size } = fieldOf(abi, from, count.path ?? count.name);
    return [
      {
        letter,
        handle: fieldOf(abi, struct, list.path).offset,
        count: { offset, size },
        elementSize: list.elementSize,
      },
    ];
  });
}

/** Lines of one list, as many as the argument says. */
function listLines(memory: Memory, { letter, handle, count, elementSize }: ListPlace): string {
  const element = at(memory, `$l + $i * ${elementSize}`, elementSize);
  const shown = elementSize === 4 ? `(int64)(int32)${element}` : element;
  return `$l = ${at(memory, `$p + ${handle}`, 8)}; $n = (uint64)${at(memory, `$p + ${count.offset}`, count.size)};
    ${loop(`printf("${letter} %llu %d %llx\\n", $k, $i, ${shown});`)}`;
}

function loop(body: string): string {
  return `$i = (uint64)0; while ($i < ${BPFTRACE_LOOP_MAX}) { if ($i >= $n) { break; } ${body} $i++; }`;
}

const WHO = "cpu=%x %s %d\\n";
const WHO_VALUES = "cpu, comm, tid";

/** A memory_op's entry: `$c` has the command, `$p` the argument's address. */
function memoryEntry(abi: Abi, memory: Memory, name: string, constant: number | null): string {
  const subOps = subOpsAt(MEMORY_OP, constant);
  const parts = bySize(abi, subOps).map(([size, group]) => {
    const values = words(memory, "$p", size);
    const form = values.map((_, i) => ` w${i}=%llx`).join("");
    const line = `printf("E %llu ${name} %llu${form} ${WHO}", $k, $c, ${[...values, WHO_VALUES].join(", ")});`;
    return `  if (${oneOf(group)}) { ${line} }\n`;
  });
  const lists = subOps.flatMap((subOp) =>
    listsOf(abi, subOp, "in").map((list) => `  if ($s == ${subOp.cmd}) { ${listLines(memory, list)} }\n`),
  );
  return `${parts.join("")}${mergedLists(lists)}`;
}

/** Lists that several sub-ops have in one place are read by one piece of code. */
function mergedLists(parts: readonly string[]): string {
  const byBody = new Map<string, string[]>();
  for (const part of parts) {
    const [, condition, body] = /^ {2}if \((.*?)\) (\{[\s\S]*)$/.exec(part) ?? [];
    if (condition !== undefined) byBody.set(body, [...(byBody.get(body) ?? []), condition]);
  }
  return [...byBody].map(([body, conditions]) => `  if (${conditions.join(" || ")}) ${body}`).join("");
}

/** What Xen wrote of a memory_op's argument. */
function memoryReturn(abi: Abi, memory: Memory, constant: number | null): string {
  const writing = subOpsAt(MEMORY_OP, constant).filter(
    (subOp) =>
      subOp.fields.some(({ direction }) => direction !== "in") || listsOf(abi, subOp, "out").length > 0,
  );
  const structs = bySize(abi, writing).map(
    ([size, group]) => `  if (${oneOf(group)}) { ${resultLine(memory, "$p", size, "0")} }\n`,
  );
  const lists = writing.flatMap((subOp) =>
    listsOf(abi, subOp, "out").map((list) => `  if ($s == ${subOp.cmd}) { ${listLines(memory, list)} }\n`),
  );
  return `${structs.join("")}${lists.join("")}`;
}

function resultLine(memory: Memory, address: string, size: number, index: string): string {
  const values = words(memory, address, size);
  return `printf("Z %llu %d${" %llx".repeat(values.length)}\\n", $k, ${[index, ...values].join(", ")});`;
}

/** The ops of a grant_table_op, before (`W`) or behind (`Z`) the call: `$p` has their address, `$n` their count. */
function grantOps(abi: Abi, memory: Memory, letter: "W" | "Z", constant: number | null): string {
  const groups = bySize(abi, subOpsAt(GRANT_TABLE_OP, constant)).filter(([size]) => size > 0);
  return groups
    .map(([size, group]) => {
      const values = words(memory, `$p + $i * ${size}`, size);
      const form = " %llx".repeat(values.length);
      // Words of ops that are no whole words would not lie one behind the other.
      const most = size % WORD_BYTES === 0 ? "" : "if ($n > 1) { $n = (uint64)1; } ";
      const line = `printf("${letter} %llu %d${form}\\n", $k, $i, ${values.join(", ")});`;
      return `  if (${oneOf(group)}) { ${most}${loop(line)} }\n`;
    })
    .join("");
}

const REMEMBER = "@k[tid] = $k; @s[tid] = $s; @p[tid] = $p; @n[tid] = $n;";
const RECALL = "$k = @k[tid]; $s = @s[tid]; $p = @p[tid]; $n = @n[tid];";
const FORGET = "delete(@k[tid]); delete(@s[tid]); delete(@p[tid]); delete(@n[tid]);";
const RETURNED = 'printf("R %llu %lld %llu\\n", $k, (int64)reg("r0"), nsecs);';
const INSIDE: Memory = { isUser: false };
const OUTSIDE: Memory = { isUser: true };

function memorySite(abi: Abi, place: string, after: string, constant: number | null): string {
  return `kprobe:${place} {
  $k = nsecs; $c = reg("r0"); $s = $c & 63; $p = reg("r1"); $n = (uint64)0;
  ${REMEMBER}
${memoryEntry(abi, INSIDE, "memory_op", constant)}}
kprobe:${after} {
  ${RECALL}
  ${RETURNED}
${memoryReturn(abi, INSIDE, constant)}  ${FORGET}
}
`;
}

function grantSite(abi: Abi, place: string, after: string, constant: number | null): string {
  return `kprobe:${place} {
  $k = nsecs; $c = reg("r0") & 0xffffffff; $s = $c & 0xfff; $p = reg("r1"); $n = reg("r2") & 0xffffffff;
  ${REMEMBER}
  printf("E %llu grant_table_op %llu %llu ${WHO}", $k, $c, $n, ${WHO_VALUES});
${grantOps(abi, INSIDE, "W", constant)}}
kprobe:${after} {
  ${RECALL}
  ${RETURNED}
${grantOps(abi, INSIDE, "Z", constant)}  ${FORGET}
}
`;
}

/** Calls of the toolstack: the number of the hypercall comes first, and arguments are a program's. */
function privcmdSites(abi: Abi, place: string, after: string): string {
  const isMemory = (op: string) => `/${op} == ${MEMORY_OP}/`;
  const isGrant = (op: string) => `/${op} == ${GRANT_TABLE_OP}/`;
  // Number 0, set_trap_table, is not on Arm: there a call's beginning was not seen, or another part of this program has
  // already told its end.
  const isOther = (op: string) => `/${op} != 0 && ${op} != ${MEMORY_OP} && ${op} != ${GRANT_TABLE_OP}/`;
  const remember = `${REMEMBER} @o[tid] = reg("r0");`;
  const op = 'reg("r0")';
  return `kprobe:${place} ${isMemory(op)} {
  $k = nsecs; $c = reg("r1"); $s = $c & 63; $p = reg("r2"); $n = (uint64)0;
  ${remember}
${memoryEntry(abi, OUTSIDE, "privcmd:memory_op", null)}}
kprobe:${place} ${isGrant(op)} {
  $k = nsecs; $c = reg("r1") & 0xffffffff; $s = $c & 0xfff; $p = reg("r2"); $n = reg("r3") & 0xffffffff;
  ${remember}
  printf("E %llu privcmd:grant_table_op %llu %llu ${WHO}", $k, $c, $n, ${WHO_VALUES});
${grantOps(abi, OUTSIDE, "W", null)}}
kprobe:${place} ${isOther(op)} {
  $k = nsecs; $c = reg("r1") & 0xffffffff; $s = (uint64)0; $p = (uint64)0; $n = (uint64)0;
  ${remember}
  printf("E %llu privcmd:hypercall %llu %llu ${WHO}", $k, $c, reg("r0"), ${WHO_VALUES});
}
kprobe:${after} ${isMemory("@o[tid]")} {
  ${RECALL}
  ${RETURNED}
${memoryReturn(abi, OUTSIDE, null)}  ${FORGET} delete(@o[tid]);
}
kprobe:${after} ${isGrant("@o[tid]")} {
  ${RECALL}
  ${RETURNED}
${grantOps(abi, OUTSIDE, "Z", null)}  ${FORGET} delete(@o[tid]);
}
kprobe:${after} ${isOther("@o[tid]")} {
  ${RECALL}
  ${RETURNED}
  ${FORGET} delete(@o[tid]);
}
`;
}

/**
 * A bpftrace program that records all calls at these places: whole lists and all ops, as it reads exactly as many as a call
 * names. It keeps the arguments' addresses until the calls return, so that a debug Xen, which overwrites them, hides nothing.
 */
export function bpftraceProgram({ sites, hasPhysToMachine, ambiguous }: ProbePlaces): string {
  const abi = loadModel(newestRelease, "arm64", "tools");
  const parts = sites.map((site) => {
    const place = placeOf(site, 0, ambiguous);
    const after = placeOf(site, AFTER, ambiguous);
    if (site.target === "HYPERVISOR_memory_op") return memorySite(abi, place, after, site.constant);
    if (site.target === "HYPERVISOR_grant_table_op") return grantSite(abi, place, after, site.constant);
    return privcmdSites(abi, place, after);
  });
  const table = `kprobe:${PHYS_TO_MACHINE} {
  printf("P %llu %llx %llx %d ${WHO}", nsecs, reg("r0"), reg("r1"), reg("r2"), ${WHO_VALUES});
}
`;
  return `BEGIN { printf("${bpftraceBeginning}\\n"); }\n${parts.join("")}${hasPhysToMachine ? table : ""}`;
}

/** As bpftrace names a place: modules' functions by their names alone, and by address where several have one name. */
function placeOf(site: CallSite, bytes: number, ambiguous: ReadonlySet<string>): string {
  if (site.address !== null && ambiguous.has(site.symbol))
    return `0x${(site.address + BigInt(bytes)).toString(16)}`;
  return `${site.symbol}+${site.offset + bytes}`;
}
