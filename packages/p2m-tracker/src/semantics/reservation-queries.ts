import { type Call, Errno } from "../call.ts";
import type { Domain } from "../domain.ts";
import type { ConformanceId, Machine } from "../machine.ts";
import { type Semantics, shapeNamed } from "./semantics.ts";
import { inputField, refuseCommon, targetOf } from "./simple-return.ts";

const domidOf = inputField(shapeNamed("current_reservation"), "domid");

/** A question about one domain: the answer, and what a surprising one teaches. */
function query(
  call: Call,
  machine: Machine,
  rule: ConformanceId,
  answer: (domain: Domain) => number,
  learn: (domain: Domain, value: number) => void,
): void {
  const domid = domidOf(call);
  const domain = targetOf(call, machine, domid);
  const refused = refuseCommon(call, machine, domid, Errno.ESRCH);
  if (refused !== undefined) {
    if (refused !== null) machine.expectRet(call, refused === Errno.EINVAL ? "H29" : rule, refused);
    return;
  }
  if (domain === undefined) return;
  const value = answer(domain);
  if (!Number.isNaN(value)) machine.expectRet(call, rule, value);
  if (call.ret >= 0) learn(domain, call.ret);
}

/** tot_pages. On a direct-mapped domain ballooning does not change it. */
export const currentReservation: Semantics = {
  nr: 12,
  cmd: 3,
  source: "common/memory.c:do_memory_op@master (XENMEM_current_reservation)",
  replay: (call, machine) =>
    query(
      call,
      machine,
      "H05",
      (domain) => domain.totPages,
      (domain, value) => {
        domain.totPages = value;
      },
    ),
};

/** max_pages. */
export const maximumReservation: Semantics = {
  nr: 12,
  cmd: 4,
  source: "common/memory.c:do_memory_op@master (XENMEM_maximum_reservation)",
  replay: (call, machine) =>
    query(
      call,
      machine,
      "H05",
      // A toolstack may change it at any time by a domctl, which no log of these calls shows.
      (domain) => (Number.isNaN(call.ret) || call.retEquals(domain.maxPages) ? domain.maxPages : Number.NaN),
      (domain, value) => {
        domain.maxPages = value;
      },
    ),
};

/** The highest gfn ever mapped: it only rises. */
export const maximumGpfn: Semantics = {
  nr: 12,
  cmd: 14,
  source: "arch/arm/mm.c:domain_get_maximum_gpfn@master",
  replay: (call, machine) =>
    query(
      call,
      machine,
      "H28",
      (domain) => domain.maximumGpfn,
      (domain, value) => {
        // privcmd's int cuts values from 2^31 on: such an answer teaches nothing.
        if (Number.isNaN(domain.maximumGpfn) && value < 2 ** 31 - 1) domain.maximumGpfn = value;
      },
    ),
};

/** max_page of the host; needs no argument and no privilege. */
export const maximumRamPage: Semantics = {
  nr: 12,
  cmd: 2,
  source: "common/memory.c:do_memory_op@master (XENMEM_maximum_ram_page)",
  replay(call, machine) {
    if (call.start !== 0) return machine.expectRet(call, "H29", Errno.EINVAL);
    const known = machine.domains.get(call.caller)?.facts?.maxPage;
    if (known !== undefined) machine.expectRet(call, "H28", known);
  },
};
