import { CAPABILITY_HARDWARE } from "../model/domain-config.ts";
import { freeRam } from "../model/layout-model.ts";
import { dom0Memory } from "../model/xen-arguments.ts";
import { sizeText, totalSize } from "../terms/address-range.ts";
import { childNamed } from "../tree/device-tree.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** The 1:1 hardware domain takes what the others leave. */
export const hardwareDomainMemory: LayoutRule = {
  id: "L33",
  name: "hardware-domain-memory",
  severity: "error",
  outcome: "panic",
  what: "The memory of Dom0 (dom0_mem) or of a hardware domain (its memory property) fits the host RAM that static banks, modules and reservations leave.",
  why: "Xen allocates it 1:1 from free RAM, low memory first. dom0_mem does not reach a hardware domain made from a domain node; builds of 4.21 before 2f6f9c7ae9 took its lower limit from dom0_mem and found no low memory at all.",
  consequence:
    '"Failed to allocate requested dom0 memory" (a mere warning before 4.13), or no memory below 4 GiB for 32-bit DMA.',
  fix: "Lower dom0_mem or the static banks, and leave a range below 4 GiB free.",
  source:
    "arch/arm/domain_build.c:allocate_memory_11@4.12..master (6341a67457), construct_hwdom@4.21..master (2f6f9c7ae9); docs/misc/xen-command-line.pandoc@master",
  passing: example("", { bootargs: "dom0_mem=1G" }, { dom0: true }),
  failing: example(
    domain({ memory: "0x0 0x1e0000", banks: "0x0 0x86000000 0x0 0x78000000" }),
    { bootargs: "dom0_mem=512M" },
    { dom0: true },
  ),
  check(model, host) {
    const free = freeRam(model);
    const room = totalSize(free);
    if (model.host.ram.length === 0) return;
    const guest = model.domains.find(({ config }) => (config.capabilities & CAPABILITY_HARDWARE) !== 0);
    if (guest !== undefined && model.host.arguments.has("dom0_mem")) {
      const message = `${guest.config.name} is the hardware domain: dom0_mem has no effect, its memory property counts`;
      host.report({
        domain: guest,
        node: guest.config.node,
        message,
        severity: "warning",
        outcome: "silent",
      });
    }
    const wanted = guest?.config.hasStaticMem
      ? null
      : (guest?.config.memory ?? (model.dom0 ? dom0Memory(model.host.arguments) : null));
    if (wanted === null) return;
    const who = guest?.config.name ?? "Dom0";
    const node = guest?.config.node ?? childNamed(model.host.tree.root, "chosen");
    const place = { ...(guest && { domain: guest }), ...(node && { node }) };
    if (wanted > room) {
      host.report({
        ...place,
        message: `${who} wants ${sizeText(wanted)}, and ${sizeText(room)} of host RAM are free`,
      });
    } else if (!free.some((range) => range.start < 1n << 32n && range.size >= 0x400_0000n)) {
      const message = `${who} is 1:1 and finds no 64M below 4 GiB: its 32-bit devices will have no memory`;
      host.report({ ...place, message, severity: "warning", outcome: "silent" });
    }
  },
};
