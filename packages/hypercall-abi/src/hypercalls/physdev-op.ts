import type { Hypercall } from "./hypercall.ts";
import { subOpTable } from "./sub-op-table.ts";

/**
 * Physical devices and their interrupts.
 *
 * Directions: xen/include/public/physdev.h@master. Arm answers -ENOSYS to all up to 4.15
 * (xen/arch/arm/physdev.c:do_physdev_op@4.11) and knows three of PCI since (xen/drivers/pci/physdev.c:pci_physdev_op@4.16,
 * pci_device_reset @4.20), but only with CONFIG_HAS_PCI, which Arm cannot select before 4.21 (xen/drivers/Kconfig@4.21).
 */
const physdevOps = subOpTable(
  { nr: 33, constants: "PHYSDEVOP_", structs: "struct physdev_" },
  `
    4 IRQ_UNMASK_NOTIFY | arm no
    5 irq_status_query | arm no | in irq | out flags
    6 set_iopl | arm no | in iopl
    7 set_iobitmap | arm no | in nr_ports *bitmap
    8 apic_read | arm no | arg apic | in apic_physbase reg | out value
    9 apic_write | arm no | arg apic | in apic_physbase reg value
   10 alloc_irq_vector | arm no | arg irq | in irq | out vector
   11 free_irq_vector | arm no | arg irq | in irq vector
   12 eoi | arm no | in irq
   13 map_pirq | arm no | in domid -type -index -bus -devfn table_base | inout -pirq -entry_nr
   14 unmap_pirq | arm no | in domid -pirq
   15 manage_pci_add | arm no | arg manage_pci | in bus devfn
   16 manage_pci_remove | arm no | arg manage_pci | in bus devfn
   17 pirq_eoi_gmfn_v1 | arm no | arg pirq_eoi_gmfn | in gmfn
   19 restore_msi | arm no | in bus devfn
   20 manage_pci_add_ext | arm no | arg manage_pci_ext | in bus devfn is_extfn is_virtfn physfn.bus physfn.devfn
   21 setup_gsi | arm no | in -gsi triggering polarity
   23 get_free_pirq | arm no | in -type | out pirq
   24 pci_mmcfg_reserved | arm no | in address segment start_bus end_bus flags
   25 pci_device_add | arm 4.21.. | in seg bus devfn flags physfn.bus physfn.devfn optarr
   26 pci_device_remove | arm 4.21.. | arg pci_device | in seg bus devfn
   27 restore_msi_ext | arm no | arg pci_device | in seg bus devfn
   28 pirq_eoi_gmfn_v2 | arm no | arg pirq_eoi_gmfn | in gmfn
   29 dbgp_op | arm no | in op bus u.pci
   30 prepare_msix | arm no | arg pci_device | in seg bus devfn
   31 release_msix | arm no | arg pci_device | in seg bus devfn
   32 pci_device_reset | headers 4.20.. | arm 4.21.. | arg !pci_device_reset | in dev.seg dev.bus dev.devfn flags
`,
);

/** The hypercall physdev_op and its sub-ops. */
export const physdevOp: Hypercall = {
  nr: 33,
  name: "physdev_op",
  constant: "__HYPERVISOR_physdev_op",
  cmdBits: 0,
  parameters: ["cmd", "arg"],
  get subOps() {
    return physdevOps();
  },
  onArm: true,
};

/** The form before interface version 0x00030202; Arm only refuses it (HYPERCALL_DEPRECATED, xen/arch/arm/traps.c@4.11). */
export const physdevOpCompat: Hypercall = {
  nr: 19,
  name: "physdev_op_compat",
  constant: "__HYPERVISOR_physdev_op_compat",
  cmdBits: 0,
  parameters: ["uop"],
  subOps: [],
  onArm: false,
};
