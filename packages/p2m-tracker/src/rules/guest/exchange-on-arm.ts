import { DOMID_SELF } from "@xgt/hypercall-abi";
import { fieldIndex } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import { shapeNamed } from "../../semantics/shared/semantics.ts";
import { call, exampleLog, frame, populate, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";

const exchange = shapeNamed("exchange").in;
const IN_EXTENTS = fieldIndex(exchange, "in.nr_extents");
const DONE = fieldIndex(exchange, "nr_exchanged");

function exchangeOf(nrExtents: number, ret: number): object[] {
  const side = { domid: DOMID_SELF, extent_order: 0, mem_flags: 0, nr_extents: nrExtents };
  const args = {
    in: { ...side, extents: nrExtents === 0 ? [] : [frame(RAM)] },
    out: { ...side, extents: nrExtents === 0 ? [] : [frame(RAM + 1)] },
    nr_exchanged: 0,
  };
  return call(12, 11, args, { ret });
}

/** Whether the call asks for any work: an empty one succeeds everywhere. */
function asksForWork(asked: Call): boolean {
  if (asked.name === "transfer") return asked.in.count > 0;
  return !(asked.in.u64(0, IN_EXTENTS) === asked.in.u64(0, DONE));
}

/** The guest asks for an exchange or a transfer of frames, which Arm cannot do. */
export const exchangeOnArm: Rule = {
  id: "G31",
  name: "exchange-on-arm",
  severity: "error",
  what: "The guest does not rely on XENMEM_exchange or GNTTABOP_transfer.",
  why: "Neither works on Arm in any version, for any domain: the frames stay where they are, and what the guest wanted them for fails.",
  fix: "Use decrease_reservation and populate_physmap; a direct-mapped domain gets the same frames back, so a contiguous buffer has to be kept from boot on.",
  source:
    "Xen arch/arm/mm.c:steal_page@master, common/memory.c:memory_exchange@master, common/grant_table.c:gnttab_transfer@master; Linux arch/arm/xen/mm.c:xen_create_contiguous_region (a stub in old kernels)",
  needs: [],
  passing: exampleLog(populate([RAM]), exchangeOf(0, 0)),
  failing: exampleLog(
    exchangeOf(1, -95),
    call(20, 4, { count: 1, ops: [{ mfn: frame(RAM), domid: 1, ref: 13 }] }, { ret: -95 }),
  ),
  beyondRepair:
    "The call is refused in every version: what the guest wanted the frames for, no later call gives it.",
  watch: (host) => ({
    subOps: ["exchange", "transfer"],
    after(asked) {
      if (!asksForWork(asked)) return;
      const answer = Number.isNaN(asked.result) ? "" : ` (returned ${asked.result})`;
      const names = asked.name === "transfer" ? "GNTTABOP_transfer" : "XENMEM_exchange";
      host.report(exchangeOnArm, {
        domain: host.machine.domains.get(asked.caller),
        message: `${names} never moves a frame on Arm${answer}`,
      });
    },
  }),
};
