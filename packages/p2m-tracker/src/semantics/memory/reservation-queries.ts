import { Errno } from "@xgt/hypercall-abi";
import { Via } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import type { ConformanceId } from "../../call/judgement.ts";
import type { Domain } from "../../state/domain.ts";
import type { Machine } from "../../state/machine.ts";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";
import { inputField, refuseCommon, targetOf } from "../shared/simple-return.ts";

const domidOf = inputField(shapeNamed("current_reservation"), "domid");
/** privcmd's ioctl returns an int: values from here on come cut to 32 bits. */
const INT_MAX = 2 ** 31 - 1;

/** A question about one domain; `answer` predicts, judges and learns for a domain that is known. */
function query(
  call: Call,
  machine: Machine,
  rule: ConformanceId,
  answer: (call: Call, machine: Machine, domain: Domain) => void,
): void {
  const domid = domidOf(call);
  const domain = targetOf(call, machine, domid);
  const refused = refuseCommon(call, machine, domid);
  if (refused === undefined) {
    if (domain !== undefined) answer(call, machine, domain);
  } else if (refused !== null) machine.expectRet(call, call.start !== 0 ? "H29" : rule, refused);
}

/** An answer that is a number and was not cut on its way. */
function isWhole(call: Call): boolean {
  return call.ret >= 0 && (call.via !== Via.privcmd || call.ret < INT_MAX);
}

/** tot_pages. On a direct-mapped domain no decrease or populate changes it; on others pages go when their last user goes. */
export const currentReservation: Semantics = {
  subOp: "current_reservation",
  source: "common/memory.c:do_memory_op@master (XENMEM_current_reservation)",
  replay: (call, machine) =>
    query(call, machine, "H05", (asked, model, domain) => {
      if (domain.directMapped && !Number.isNaN(domain.totPages))
        model.expectRet(asked, "H05", domain.totPages);
      else asked.predictedRet = domain.totPages;
      if (isWhole(asked)) domain.learnPageCount(asked.ret);
    }),
};

/** max_pages. A toolstack may change it at any time by a domctl (max-mem.ts), which most logs do not show. */
export const maximumReservation: Semantics = {
  subOp: "maximum_reservation",
  source: "common/memory.c:do_memory_op@master (XENMEM_maximum_reservation)",
  replay: (call, machine) =>
    query(call, machine, "H05", (asked, _model, domain) => {
      asked.predictedRet = domain.maxPages;
      if (isWhole(asked)) domain.learnMaxPages(asked.ret);
    }),
};

/** The highest gfn ever mapped: it only rises. Another domain's calls, which this log lacks, may have raised it. */
export const maximumGpfn: Semantics = {
  subOp: "maximum_gpfn",
  source: "arch/arm/mm.c:domain_get_maximum_gpfn@master",
  replay: (call, machine) =>
    query(call, machine, "H28", (asked, model, domain) => {
      const known = domain.maximumGpfn;
      const higher = isWhole(asked) && asked.ret > known;
      if (!Number.isNaN(known) && !higher) model.expectRet(asked, "H28", known);
      if (isWhole(asked) && !(asked.ret < known)) domain.learnMaximumGpfn(asked.ret);
    }),
};

/** max_page of the host; needs no argument and no privilege. */
export const maximumRamPage: Semantics = {
  subOp: "maximum_ram_page",
  source: "common/memory.c:do_memory_op@master (XENMEM_maximum_ram_page)",
  replay(call, machine) {
    call.target = call.caller;
    if (call.start !== 0) return machine.expectRet(call, "H29", Errno.EINVAL);
    call.predictedRet = machine.domains.get(call.caller)?.facts?.maxPage ?? Number.NaN;
  },
};
