import { PAGE_SIZE } from "@xgt/hypercall-abi";
import type { Call } from "../../call/call.ts";
import { address, call, EXTENDED, exampleLog, map, PEER_FRAME, unmap } from "../kinds/example.ts";
import { hex, type Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import {
  frameOf,
  isUnmap,
  mapFields,
  offsetOf,
  unmapFieldsOf,
  unmapSubOps,
} from "../watch/grant-op-fields.ts";

const OFFSET = 0x40;

function mapAtOffset(): object[] {
  const host_addr = `0x${(EXTENDED * PAGE_SIZE + OFFSET).toString(16)}`;
  const op = { host_addr, flags: 2, ref: 8, dom: 1 };
  const result = { status: 0, handle: 1, dev_bus_addr: address(PEER_FRAME) };
  return call(20, 0, { count: 1, ops: [op] }, { ret: 0, ops: [result] });
}

function hostAddrField(asked: Call): number {
  return isUnmap(asked) ? unmapFieldsOf(asked).hostAddr : mapFields.hostAddr;
}

/** A grant op names an address inside a page. */
export const misalignedHostAddr: Rule = {
  id: "G35",
  name: "misaligned-host-addr",
  severity: "warning",
  what: "Every host_addr of a map or unmap is the address of a page.",
  why: "Xen drops the low twelve bits without a word: the granter's page appears at the start of the frame, and data at the offset is not what the guest expects.",
  fix: "Align host_addr to 4 KiB and keep the offset on the guest's side.",
  source: "Xen arch/arm/mm.c:create_grant_host_mapping,replace_grant_host_mapping@master",
  needs: [],
  passing: exampleLog(map({ gfn: EXTENDED, handle: 1 }), unmap(EXTENDED, 1)),
  failing: exampleLog(mapAtOffset()),
  beyondRepair: "The page is mapped where its frame begins: who reads at the offset has read something else.",
  watch: (host) => ({
    straight: { passes: { mapCall: always, unmapCall: always } },
    subOps: ["map_grant_ref", ...unmapSubOps],
    after(asked) {
      const field = hostAddrField(asked);
      for (let row = 0; row < asked.in.rows; row++) {
        const hostAddr = asked.in.u64(row, field);
        const offset = offsetOf(hostAddr);
        if (offset === 0) continue;
        host.report(misalignedHostAddr, {
          domain: host.machine.domains.get(asked.caller),
          gfn: frameOf(hostAddr),
          message: `${asked.name}: host_addr has an offset of ${hex(offset)} in its page, which Xen drops`,
        });
      }
    },
  }),
};
