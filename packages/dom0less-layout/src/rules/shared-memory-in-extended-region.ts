import { releaseName } from "@xgt/hypercall-abi";
import { overlaps, rangeText } from "../terms/address-range.ts";
import { since } from "../terms/first-releases.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

const parts = {
  banks: "",
  directMap: false,
  extra: `xen,enhanced = "no-xenstore";
	shared-mem@b8000000 {
		compatible = "xen,domain-shared-memory-v1";
		xen,shm-id = "ring";
		xen,shared-mem = <0x0 0xb8000000 0x0 0x60000000 0x0 0x100000>;
	};`,
};

/** Xen offers grant space where shared memory is mapped. */
export const sharedMemoryInExtendedRegion: LayoutRule = {
  id: "L32",
  name: "shared-memory-in-extended-region",
  severity: "error",
  outcome: "silent",
  what: "No shared memory lies in an extended region of its domain.",
  why: "Before 4.19 Xen picks extended regions by RAM alone; shared memory at another guest address stays inside.",
  consequence: "The guest maps grants or foreign pages over the shared ring: both sides read garbage.",
  fix: "Use Xen 4.19 or later, place the region outside of the guest RAM space, or boot Xen with ext_regions=no.",
  source:
    "arch/arm/domain_build.c:find_domU_holes,find_memory_holes@4.17,@4.18; arch/arm/static-shmem.c:remove_shm_from_rangeset@4.19,@4.20 (a0fee882c1)",
  passing: example(domain(parts), {}, { xen: "4.19" }),
  failing: example(domain(parts), {}, { xen: "4.18" }),
  check(model, host) {
    if (model.release >= since.sharedMemoryHoles) return;
    for (const guest of model.domains) {
      for (const shared of guest.sharedMemory) {
        const range = { start: shared.guest, size: shared.size };
        const region = guest.extended.find((extended) => overlaps(extended, range));
        if (region === undefined) continue;
        const message = `${guest.config.name}: ${shared.node.path} (${rangeText(range)}) lies in an extended region that Xen ${releaseName(model.release)} makes (${rangeText(region)})`;
        host.report({ domain: guest, node: shared.node, property: "xen,shared-mem", message, range });
      }
    }
  },
};
