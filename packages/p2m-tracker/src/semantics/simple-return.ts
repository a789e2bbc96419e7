import type { ArgumentShape } from "@xgt/hypercall-log";
import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import { type Call, Errno } from "../call.ts";
import type { Domain } from "../domain.ts";
import type { Machine } from "../machine.ts";

/** A refusal decided before a call's own checks; undefined: none of them applies, null: not decidable. */
export type Refusal = number | null | undefined;

/**
 * Checks that memory ops share, in Xen's order: start_extent where none is allowed, a readable argument, a domain
 * that exists (xen/common/memory.c:do_memory_op@master).
 */
export function refuseCommon(call: Call, machine: Machine, domid: number, noDomain: number): Refusal {
  if (call.start !== 0) return Errno.EINVAL;
  if (call.in.recorded === Recorded.fault) return Errno.EFAULT;
  if (Number.isNaN(domid)) return null;
  const exists = machine.exists(domid, call.caller);
  if (exists === false) return noDomain;
  return exists === null ? null : undefined;
}

/** Field reader of a sub-op's input by name. */
export function inputField(shape: ArgumentShape, name: string): (call: Call) => number {
  const index = fieldIndex(shape.in, name);
  return (call) => call.in.u64(0, index);
}

/** The listed domain that `domid` names, and notes it as the call's target. */
export function targetOf(call: Call, machine: Machine, domid: number): Domain | undefined {
  const domain = Number.isNaN(domid) ? undefined : machine.resolve(domid, call.caller);
  call.target = domain?.domid ?? (Number.isNaN(domid) ? undefined : domid);
  return domain;
}
