import { field, type Hypercall } from "./hypercall.ts";
import { subOpTable } from "./sub-op-table.ts";

/**
 * What a device model may do to its domain. `bufs[0]` holds a struct xen_dm_op.
 *
 * Directions: xen/include/public/hvm/dm_op.h@master. Arm has the hypercall since 4.15
 * (xen/arch/arm/dm.c:dm_op@4.15, xen/common/ioreq.c:ioreq_server_dm_op@4.15) and refuses other sub-ops.
 */
const dmOps = subOpTable(
  { nr: 41, constants: "XEN_DMOP_", structs: "struct xen_dm_op_", within: "struct xen_dm_op" },
  `
    1 create_ioreq_server | arm 4.15.. | in handle_bufioreq | out id
    2 get_ioreq_server_info | arm 4.15.. | in id flags | out bufioreq_port ioreq_gfn bufioreq_gfn
    3 map_io_range_to_ioreq_server | arm 4.15.. | arg map_io_range_to_ioreq_server:ioreq_server_range
      | in id type start end
    4 unmap_io_range_from_ioreq_server | arm 4.15.. | arg unmap_io_range_from_ioreq_server:ioreq_server_range
      | in id type start end
    5 set_ioreq_server_state | arm 4.15.. | in id enabled
    6 destroy_ioreq_server | arm 4.15.. | in id
    7 track_dirty_vram | arm no | in nr first_pfn | out *bufs[1]=uint8_t
    8 set_pci_intx_level | arm no | in domain bus device intx level
    9 set_isa_irq_level | arm no | in isa_irq level
   10 set_pci_link_route | arm no | in link isa_irq
   11 modified_memory | arm no | inout nr_extents opaque | in *bufs[1]=xen_dm_op_modified_memory_extent
   12 set_mem_type | arm no | in mem_type | inout nr first_pfn
   13 inject_event | arm no | in vcpuid vector type insn_len error_code cr2
   14 inject_msi | arm no | in data addr
   15 map_mem_type_to_ioreq_server | arm no | in id type flags | inout opaque
   16 remote_shutdown | arm no | in reason
   17 relocate_memory | arm no | inout size src_gfn dst_gfn
   18 pin_memory_cacheattr | arm no | in start end type
   19 set_irq_level | headers 4.15.. | in irq level
   20 nr_vcpus | headers 4.15.. | out vcpus
`,
);

/** The hypercall dm_op and its sub-ops. */
export const dmOp: Hypercall = {
  nr: 41,
  name: "dm_op",
  constant: "__HYPERVISOR_dm_op",
  cmdBits: 0,
  parameters: ["domid", "nr_bufs", "bufs"],
  struct: "struct xen_dm_op",
  fields: [field("op", "in", 10)],
  get subOps() {
    return dmOps();
  },
  onArm: true,
  arm: { since: "4.15" },
  config: "CONFIG_IOREQ_SERVER",
};
