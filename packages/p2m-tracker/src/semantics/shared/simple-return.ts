import { Errno } from "@xgt/hypercall-abi";
import { type ArgumentShape, fieldIndex, Recorded } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import type { Machine } from "../../state/machine.ts";
import { mayTarget } from "./caller-rights.ts";

/** A refusal decided before a call's own checks; undefined: none of them applies, null: not decidable. */
export type Refusal = number | null | undefined;

/**
 * Checks that memory ops share, in Xen's order: start_extent where none is allowed, a readable argument, a domain
 * that exists and that the caller may act on (common/memory.c:do_memory_op@master).
 */
export function refuseCommon(call: Call, machine: Machine, domid: number): Refusal {
  if (call.start !== 0) return Errno.EINVAL;
  if (call.in.recorded === Recorded.fault) return Errno.EFAULT;
  return refuseDomain(call, machine, domid);
}

/** -ESRCH or -EPERM where the domain that a memory op names is the reason. */
export function refuseDomain(call: Call, machine: Machine, domid: number): Refusal {
  if (Number.isNaN(domid)) return null;
  const exists = machine.exists(domid, call.caller);
  if (exists !== true) return exists === false ? Errno.ESRCH : null;
  const allowed = mayTarget(machine, call.caller, domid);
  if (allowed === false) return Errno.EPERM;
  return allowed === null ? null : undefined;
}

/** What a change of the p2m answers where a page-table page, or a page to shatter a block, cannot be had. */
export function isTableFailure(errno: number): boolean {
  return errno === Errno.ENOMEM || errno === Errno.ENOENT;
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
