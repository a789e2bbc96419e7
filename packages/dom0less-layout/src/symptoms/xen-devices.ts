import type { Symptom } from "./symptom.ts";

/** What Xen says about devices, interrupts, shared memory and IOMMUs (common/device-tree/*, arch/arm/*, drivers/passthrough@4.11..master). */
export const xenDeviceSymptoms: readonly Symptom[] = [
  {
    name: "not-page-aligned",
    pattern: /DomU passthrough config has not page aligned/i,
    rules: ["L13"],
    cause: "A number in xen,reg is no multiple of 4 KiB.",
    fix: "Round the address down and the size up to whole pages.",
  },
  {
    name: "passthrough-cells",
    pattern: /Invalid address_cells \d+ or size_cells \d+/i,
    rules: ["L13", "L21"],
    cause: "The bus node above a node with xen,reg has #address-cells or #size-cells other than 1 or 2.",
    fix: "Write #address-cells = <2>; #size-cells = <2>; into /passthrough and xen,reg in those cells.",
  },
  {
    name: "reg-or-path-missing",
    pattern: /xen,reg or xen,path missing/i,
    rules: ["L14"],
    cause: "xen,reg and xen,path go together.",
    fix: "Add the missing one, or xen,force-assign-without-iommu for registers without a node.",
  },
  {
    name: "node-not-found",
    pattern: /Couldn't find node \S+ in host_dt/i,
    rules: ["L15"],
    cause: "xen,path names no node of the host tree.",
    fix: "Copy the full path from the tree that Xen boots with (dtc -I dtb).",
  },
  {
    name: "passthrough-map-failed",
    pattern: /Failed to map [0-9a-f]+ to the guest at ?[0-9a-f]+/i,
    rules: ["L13", "L11"],
    cause:
      "Xen could not make the mapping of a row of xen,reg: no memory for page tables (xen,domain-p2m-mem-mb), or a guest address beyond what the domain's addresses can be.",
    fix: "Raise xen,domain-p2m-mem-mb, or choose a guest address within 40 bits.",
  },
  {
    name: "iomem-not-permitted",
    pattern: /Unable to permit to (?:dom|d)\d+ access|Iomem mapping not permitted/i,
    rules: ["L20", "L42"],
    cause:
      "The right to the machine frames could not be given (no memory), or a domain maps registers that it has no right to: the device is Dom0's, or another page than that of xen,reg.",
    fix: "Mark the host node with xen,passthrough and list every page of its registers in xen,reg (iomem= of xl).",
  },
  {
    name: "irq-busy",
    pattern: /IRQ ?\d+ is already used by|Unable to map IRQ ?\d+|is already assigned to vIRQ/i,
    rules: ["L19", "L20"],
    cause:
      "The interrupt has a taker: Dom0 where the host node has no xen,passthrough, Xen's UART, or another domain.",
    fix: "Add xen,passthrough to the host node; give devices with a common interrupt to one domain.",
  },
  {
    name: "irq-not-spi",
    pattern:
      /IRQ can only be routed to an SPI|invalid vIRQ number \d+|the IRQ\d+ is not routable|has not been configured/i,
    rules: ["L44", "L43"],
    cause: "The interrupt belongs to one CPU (PPI), or nr_spis of the domain is too small for its number.",
    fix: "Leave nr_spis out or raise it; a device with a PPI cannot be passed through.",
  },
  {
    name: "irq-not-retrieved",
    pattern: /Unable to (?:retrieve|get) irq \d+ for/i,
    rules: ["L44"],
    cause: "The chain of interrupt-parent and interrupt-map of the named host node ends nowhere.",
    fix: "Mend interrupt-parent or the map in the host tree.",
  },
  {
    name: "device-already-assigned",
    pattern: /\balready assigned\b|already attached to domain/i,
    rules: ["L20", "L16"],
    cause: "An IOMMU has the device (or another one with its stream id) for another domain, mostly Dom0.",
    fix: "Mark the host node with xen,passthrough; pass devices with one stream id to one domain.",
  },
  {
    name: "device-not-assigned",
    pattern: /Failed to assign device to d\d+/i,
    rules: ["L16", "L13", "L15", "L19", "L20"],
    cause:
      "Xen refused a node of the partial tree; the line before says why, or nothing where it is not forced.",
    fix: "Look at the line before; without an IOMMU add xen,force-assign-without-iommu.",
  },
  {
    name: "iommu-setup",
    pattern: /Failed to add \S+ to the IOMMU|Failed to setup the IOMMU for/i,
    rules: ["L16"],
    cause:
      "iommus of the named node cannot be used: stream ids of two masters clash, or the IOMMU's node is not the kind that Xen drives.",
    fix: "Correct iommus in the host tree, or boot Xen with iommu=no and force the assignment.",
  },
  {
    name: "smmu-context-fault",
    pattern: /Unhandled context fault: .*iova=0x([0-9a-f]+)/i,
    rules: ["L24", "L17"],
    cause:
      "A device behind the SMMU used an address that its domain has not mapped: a bus address that is no guest frame (a grant that was unmapped, a buffer of before the domain started), or a device that firmware left running.",
    fix: "Compare iova with the domain's banks and grants (xgt replay of its log); stop the device in firmware before Xen starts.",
    addresses: true,
  },
  {
    name: "smmu-global-fault",
    pattern: /Unexpected global fault/i,
    rules: ["L16"],
    cause:
      "A stream that no domain has reached the SMMU: a device without iommus in the tree, or one that is marked for a domain which was not given it.",
    fix: "The line after it has the stream id (sGFSR, sGFSYNR): find the device, add its iommus, or stop it.",
  },
  {
    name: "vpl011",
    pattern: /vpl011: (?:Can't|Unable to) re-use the Xen UART/i,
    rules: ["L23"],
    cause: "The emulated UART of a direct-mapped domain needs Xen's own UART.",
    fix: "Set dtuart= to a UART with 4 KiB of registers and an interrupt, or leave vpl011 out.",
  },
  {
    name: "serial-interrupt",
    pattern: /Error getting IRQ number for this serial port/i,
    rules: ["L38"],
    cause: "A direct-mapped domain without nr_spis, and no UART with an interrupt.",
    fix: "Write nr_spis into the domain, or set dtuart= to a UART with an interrupt.",
  },
  {
    name: "shared-memory-not-identity",
    pattern: /are not direct-mapped|physical address must be supplied for direct-mapped/i,
    rules: ["L26"],
    cause: "Shared memory of a direct-mapped domain must be 1:1.",
    fix: "Write xen,shared-mem = <host host size>.",
  },
  {
    name: "shared-memory-mismatch",
    pattern:
      /different shared memory region could not share the same shm ID|does not match for all the nodes using the same region/i,
    rules: ["L48"],
    cause: "Two nodes with one xen,shm-id differ in address or size, or one region has two ids.",
    fix: "Write the same host address and size into every node of the id.",
  },
  {
    name: "shared-memory-malformed",
    pattern:
      /invalid "?xen,shm-id|static shared memory bank not found|invalid `?(?:role|xen,shared-mem)`? property|static shared memory region|is not suitably aligned|invalid #address-cells or #size-cells for static shared/i,
    rules: ["L48", "L26"],
    cause:
      "A xen,domain-shared-memory-v1 node is not as Xen reads it: no id or one of more than 15 characters, an odd address or size, a role other than owner or borrower.",
    fix: "Correct the node that the line before it names.",
  },
  {
    name: "shared-memory-owner",
    pattern:
      /shm memory node has already been allocated to a specific owner|Failed to map shared memory to|Over-allocation for d->max_pages/i,
    rules: ["L48"],
    cause: 'A node without role and one with role = "owner" name the same region, or the owner comes twice.',
    fix: "Give every node of a region a role, one of them owner, or none of them.",
  },
  {
    name: "sci-type",
    pattern: /xen,sci_type|scmi_smc requested, but|SCMI: .{0,60}(?:fail|error)/i,
    rules: [],
    cause:
      "The domain asks for SCMI through Xen, and this Xen was built without CONFIG_SCMI_SMC or does not know the type.",
    fix: 'Build Xen 4.21 or later with CONFIG_SCMI_SMC=y; xen,sci_type is "none" or "scmi_smc".',
  },
];
