import { DOMID_FIRST_RESERVED } from "@xgt/hypercall-abi";
import { DomainChange, fieldIndex } from "@xgt/hypercall-log";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";
import { inputField } from "../shared/simple-return.ts";

const shape = shapeNamed("createdomain");
const domidOf = inputField(shape, "domid");
const CREATED = fieldIndex(shape.out, "domain");

/**
 * A toolstack makes a domain, never a direct-mapped one: no flag of the call asks for that. Its id is the one asked for,
 * or the one that Xen tells where 0 or a reserved one was.
 */
export const createDomain: Semantics = {
  subOp: "createdomain",
  source: "common/domctl.c:do_domctl@4.17 (XEN_DOMCTL_createdomain)",
  replay(call, machine) {
    if (call.result !== 0) return;
    const asked = domidOf(call);
    const domid = asked > 0 && asked < DOMID_FIRST_RESERVED ? asked : call.out.u64(0, CREATED);
    if (domid < DOMID_FIRST_RESERVED) machine.changeLife(domid, DomainChange.create, "translated");
  },
};
