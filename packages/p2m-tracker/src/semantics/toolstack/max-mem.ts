import { PAGE_SIZE } from "@xgt/hypercall-abi";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";
import { inputField } from "../shared/simple-return.ts";

const shape = shapeNamed("max_mem");
const domidOf = inputField(shape, "domid");
const kilobytesOf = inputField(shape, "max_memkb");
const KILOBYTES_A_PAGE = PAGE_SIZE / 1024;

/** Sets how many pages a domain may own, below what it owns too. */
export const maxMem: Semantics = {
  subOp: "max_mem",
  source: "common/domctl.c:do_domctl@4.17 (XEN_DOMCTL_max_mem)",
  replay(call, machine) {
    const domain = machine.resolve(domidOf(call), call.caller);
    if (domain === undefined || call.result < 0) return;
    domain.learnMaxPages(call.result === 0 ? Math.floor(kilobytesOf(call) / KILOBYTES_A_PAGE) : Number.NaN);
  },
};
