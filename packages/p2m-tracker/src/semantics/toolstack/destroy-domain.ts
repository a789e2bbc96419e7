import { DomainChange } from "@xgt/hypercall-log";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";
import { inputField } from "../shared/simple-return.ts";

const domidOf = inputField(shapeNamed("destroydomain"), "domid");

/** A domain ends: its mappings, its grants and its p2m go with it. An answer other than 0 leaves it dying, to be asked again. */
export const destroyDomain: Semantics = {
  subOp: "destroydomain",
  source: "common/domctl.c:do_domctl@4.17 (XEN_DOMCTL_destroydomain), common/domain.c:domain_kill@4.17",
  replay(call, machine) {
    const domid = domidOf(call);
    if (call.result === 0 && !Number.isNaN(domid)) machine.changeLife(domid, DomainChange.destroy);
  },
};
