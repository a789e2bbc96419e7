import { PAGE_SIZE } from "@xgt/hypercall-abi";
import { DEVICE_HAD_IT } from "../kinds/beyond-repair.ts";
import { dma, exampleLogWith, RAM } from "../kinds/example.ts";
import { hex, type Report, type Rule } from "../kinds/rule.ts";

/**
 * What is said of a device whose DMAs all are off by `offset` frames. `first`: the report of its first page; `device`: its
 * name, empty where it was not recorded.
 */
export function offsetReport(
  first: Report,
  device: string,
  offset: number,
  pages: number,
  lastEvent: number,
): Report {
  const distance = hex(Math.abs(offset) * PAGE_SIZE);
  const declared = `"devices":[{"dev":${JSON.stringify(device)},"dma_offset":"${offset < 0 ? "-" : ""}${distance}"}]`;
  const relation = offset > 0 ? `machine address minus ${distance}` : `machine address plus ${distance}`;
  return {
    ...first,
    severity: "warning",
    certain: false,
    uncertain: ["devices"],
    message: `every DMA of ${device === "" ? "this device" : device} uses its ${relation} (${pages} pages, up to event ${lastEvent}): a board whose device addresses begin elsewhere, or one wrong constant in the guest`,
    fix: `If the board's dma-ranges say so, declare it in the domain's specification: ${declared}. If not, the guest ${offset > 0 ? "subtracts" : "adds"} what it must not.`,
  };
}

/** Distance of the example device's addresses. */
const DISTANCE = 0x40000;

function header(dmaOffset?: string): object {
  const domain = {
    domid: 0,
    mode: "direct-mapped",
    ram: [{ gfn: "0x80000", count: "0x4000" }],
    iommu: false,
  };
  const devices = dmaOffset === undefined ? {} : { devices: [{ dev: "disk", dma_offset: dmaOffset }] };
  return { from_boot: true, domains: [{ ...domain, ...devices }] };
}

/** Found by the DMA check, which holds single wrong frames back until it is clear whether a device is off throughout. */
export const dmaOffset: Rule = {
  id: "G53",
  name: "dma-offset",
  severity: "warning",
  what: "A device counts addresses as the CPU does, or the specification says by how much it does not.",
  why: "On some boards a device reaches RAM at another address than the CPU (dma-ranges of its bus). Then every bus address is right although it names another frame; without that the device works on wrong memory throughout.",
  fix: "Declare the distance in the specification (dma_offset of the device), or correct the constant in the guest.",
  source: "Linux kernel/dma/direct.h:phys_to_dma@6.1, drivers/of/address.c:of_dma_get_range@6.1",
  needs: ["dma"],
  passing: exampleLogWith(header("0x40000000"), dma(RAM, RAM - DISTANCE), dma(RAM + 5, RAM + 5 - DISTANCE)),
  failing: exampleLogWith(header(), dma(RAM, RAM - DISTANCE), dma(RAM + 5, RAM + 5 - DISTANCE)),
  beyondRepair: DEVICE_HAD_IT,
  watch: () => ({}),
};
