import { GRANT_TABLE_OP, MEMORY_OP } from "@xgt/hypercall-abi";
import { CHUNK_WORDS, type FtraceFields, Scalar } from "./ftrace-fields.ts";

/** Sub-ops with a list of frames (reservations), and the one with two lists. */
const MEMOP_MASK = 63;
const RESERVATION_OPS: readonly number[] = [0, 1, 6];
const ADD_TO_PHYSMAP_BATCH = 23;

/** Whether an event is what its probe is for. */
export type ProbeFilter = (fields: FtraceFields) => boolean;

/**
 * What the events of a probe must be to count; null: all do. Several probes stand at one call and each records it in its
 * own way: filters let one of them pass, but trace-cmd and perf record without the filters that tracefs was given. `names`: all
 * events of the trace, or those met so far: those of one call come in the reverse order of their definition, `mo_s_` last.
 */
export function probeFilterOf(name: string, names: ReadonlySet<string>): ProbeFilter | null {
  const [prefix, site] = [name.slice(0, 5), name.slice(5)];
  if (prefix === "mo_s_") {
    const hasLong = names.has(`mo_l_${site}`);
    const hasBatch = names.has(`mo_b_${site}`);
    if (!hasLong && !hasBatch) return null;
    return (fields) => !(hasLong && isLong(fields, 1)) && !(hasBatch && isBatch(fields));
  }
  if (prefix === "mo_l_") return (fields) => isLong(fields, 1);
  // Parts of a list that a short one does not have.
  if (prefix === "mo_x_") return (fields) => isLong(fields, firstPart(fields) * CHUNK_WORDS);
  if (prefix === "mo_b_") return isBatch;
  if (name.startsWith("pc_mo_")) return (fields) => isOp(fields, MEMORY_OP) && !isBatch(fields);
  if (name.startsWith("pc_mb_")) return (fields) => isOp(fields, MEMORY_OP) && isBatch(fields);
  if (name.startsWith("pc_gt_")) return (fields) => isOp(fields, GRANT_TABLE_OP);
  if (name.startsWith("pc_xx_")) {
    return (fields) => !isOp(fields, MEMORY_OP) && !isOp(fields, GRANT_TABLE_OP);
  }
  return null;
}

function isLong(fields: FtraceFields, elements: number): boolean {
  return RESERVATION_OPS.includes(subOp(fields)) && fields.unsigned(Scalar.nr) > elements;
}

function isBatch(fields: FtraceFields): boolean {
  return subOp(fields) === ADD_TO_PHYSMAP_BATCH;
}

function isOp(fields: FtraceFields, op: number): boolean {
  return fields.unsigned(Scalar.op) === op;
}

function subOp(fields: FtraceFields): number {
  return fields.lowOf(Scalar.cmd) & MEMOP_MASK;
}

/** The first part of the list that the event holds. */
function firstPart(fields: FtraceFields): number {
  return 31 - Math.clz32(fields.list.chunks & -fields.list.chunks);
}
