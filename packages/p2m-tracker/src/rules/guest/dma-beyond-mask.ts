import { DEVICE_HAD_IT } from "../kinds/beyond-repair.ts";
import { dma, exampleLogWith, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";

function header(bits: number): object {
  const domain = {
    domid: 0,
    mode: "direct-mapped",
    ram: [{ gfn: "0x80000", count: "0x4000" }],
    iommu: false,
    devices: [{ dev: "disk", dma_bits: bits }],
  };
  return { from_boot: true, domains: [domain] };
}

/** A device is given an address that has more bits than it drives. */
export const dmaBeyondMask: Rule = {
  id: "G57",
  name: "dma-beyond-mask",
  severity: "error",
  what: "A device gets no address of more bits than it can drive.",
  why: "The upper bits are cut off on the way: the device reads or writes memory at another, lower address, and nothing tells. Granted pages lie anywhere in the host's memory, whatever the guest's own banks are.",
  fix: "Set the device's DMA mask (dma_set_mask_and_coherent) and bounce what lies beyond it; give the domain memory that its devices reach.",
  source: "Linux kernel/dma/direct.h:dma_capable@6.1, drivers/xen/swiotlb-xen.c:xen_swiotlb_map_page@6.1",
  needs: ["dma", "dma-bits"],
  passing: exampleLogWith(header(32), dma(RAM, RAM)),
  failing: exampleLogWith(header(31), dma(RAM, RAM)),
  beyondRepair: DEVICE_HAD_IT,
  watch: (host) => ({
    deviceAddress(domain, device, gfn, bus, size) {
      const bits = device.dmaBits ?? 64;
      const last = bus + (size >= 1 ? size : 1) - 1;
      if (!(last >= 2 ** bits)) return;
      host.report(dmaBeyondMask, {
        domain,
        gfn,
        message: `${device.dev} drives ${bits} address bits and gets an address that takes ${Math.floor(Math.log2(last)) + 1}`,
      });
    },
  }),
};
