import { hexAddress } from "../terms/address-range.ts";
import { since } from "../terms/first-releases.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

const shared = (cells: string) => `
	shared-mem@b8000000 {
		compatible = "xen,domain-shared-memory-v1";
		xen,shm-id = "ring";
		xen,shared-mem = <${cells}>;
	};`;

/** Shared memory of a 1:1 domain is 1:1 too. */
export const sharedMemoryIdentity: LayoutRule = {
  id: "L26",
  name: "shared-memory-identity",
  severity: "error",
  outcome: "panic",
  what: "xen,shared-mem of a direct-mapped domain gives host and guest address, and they are equal.",
  why: "Xen takes only host addresses out of the extended regions of such a domain; another guest address could meet one.",
  consequence:
    'From 4.19 on "... are not direct-mapped" or "host and guest physical address must be supplied" and a panic; before, the region may lie inside an extended region and be overwritten by grants.',
  fix: "Write xen,shared-mem = <host host size>.",
  source:
    "arch/arm/static-shmem.c:process_shm@4.19,@4.20 (cb1ddafdc5, c56f1ef577); common/device-tree/static-shmem.c:process_shm@4.21..master",
  passing: example(domain({ extra: shared("0x0 0xb8000000 0x0 0xb8000000 0x0 0x100000") })),
  failing: example(domain({ extra: shared("0x0 0xb8000000 0x0 0x50000000 0x0 0x100000") })),
  check(model, host) {
    const outcome = model.release >= since.sharedMemoryIdentity ? "panic" : "silent";
    for (const guest of model.domains) {
      for (const region of guest.config.sharedMemory) {
        const { node } = region;
        const place = { domain: guest, node, property: "xen,shared-mem" };
        if (region.malformed) {
          const message = `${guest.config.name}: ${node.path}: xen,shared-mem is neither <host guest size> nor <guest size>`;
          host.report({ ...place, message, outcome: "panic" });
        } else if (guest.directMap && region.host !== region.guest) {
          const how =
            region.host === null
              ? "gives no host address"
              : `maps host ${hexAddress(region.host)} at ${hexAddress(region.guest)}`;
          const message = `${guest.config.name} is direct-mapped, and ${node.path} ${how}`;
          host.report({ ...place, message, outcome });
        }
      }
    }
  },
};
