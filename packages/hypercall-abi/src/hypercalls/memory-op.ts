import { type ArgumentField, type ArgumentList, field, type Hypercall, type SubOp } from "./hypercall.ts";

/** __HYPERVISOR_memory_op (xen/include/public/xen.h). */
export const MEMORY_OP = 12;
/** Bits of the command word that number the sub-op; start_extent lies above (MEMOP_EXTENT_SHIFT, xen/include/xen/hypercall.h). */
export const MEMOP_CMD_BITS = 6;

/** Numbers of memory_op's sub-ops: XENMEM_* (xen/include/public/memory.h). */
export const MemoryOp = {
  increase_reservation: 0,
  decrease_reservation: 1,
  maximum_ram_page: 2,
  current_reservation: 3,
  maximum_reservation: 4,
  machphys_mfn_list: 5,
  populate_physmap: 6,
  add_to_physmap: 7,
  memory_map: 9,
  machine_memory_map: 10,
  exchange: 11,
  machphys_mapping: 12,
  set_memory_map: 13,
  maximum_gpfn: 14,
  remove_from_physmap: 15,
  set_pod_target: 16,
  get_pod_target: 17,
  get_sharing_freed_pages: 18,
  get_sharing_shared_pages: 19,
  paging_op: 20,
  access_op: 21,
  sharing_op: 22,
  add_to_physmap_batch: 23,
  claim_pages: 24,
  machphys_compat_mfn_list: 25,
  get_vnumainfo: 26,
  reserved_device_memory_map: 27,
  acquire_resource: 28,
} as const;

const NR = MEMORY_OP;
const RESERVATION = "struct xen_memory_reservation";

const reservationFields: readonly ArgumentField[] = [
  field("domid", "in", 16),
  field("extent_order", "in", 10),
  field("mem_flags", "in", 16),
  field("nr_extents", "in", 10),
];
const extents: ArgumentList = {
  name: "extents",
  path: "extent_start",
  elementSize: 8,
  signed: false,
  count: "nr_extents",
  direction: "inout",
};

function reservation(name: keyof typeof MemoryOp): SubOp {
  return {
    nr: NR,
    cmd: MemoryOp[name],
    name,
    constant: `XENMEM_${name}`,
    struct: RESERVATION,
    argument: "struct",
    fields: reservationFields,
    lists: [extents],
    onArm: true,
  };
}

function plain(
  name: keyof typeof MemoryOp,
  struct: string | null,
  fields: readonly ArgumentField[],
  more: Partial<SubOp> = {},
): SubOp {
  return {
    nr: NR,
    cmd: MemoryOp[name],
    name,
    constant: `XENMEM_${name}`,
    struct,
    argument: struct === null ? "none" : "struct",
    fields,
    lists: [],
    onArm: true,
    ...more,
  };
}

/** An op that Arm refuses with -ENOSYS before it reads an argument (xen/arch/arm/mm.c:arch_memory_op@master). */
function absent(
  name: keyof typeof MemoryOp,
  struct: string | null = null,
  fields: readonly ArgumentField[] = [],
): SubOp {
  return plain(name, struct, fields, { onArm: false });
}

const domid = field("domid", "in", 16);

function exchangeSide(side: "in" | "out"): ArgumentField[] {
  return ["domid", "extent_order", "mem_flags", "nr_extents"].map((name) =>
    field(`${side}.${name}`, "in", name === "domid" || name === "mem_flags" ? 16 : 10),
  );
}

function exchangeList(side: "in" | "out"): ArgumentList {
  return {
    ...extents,
    name: `${side}.extents`,
    path: `${side}.extent_start`,
    count: `${side}.nr_extents`,
    // Xen only reads the frames given away (xen/common/memory.c:memory_exchange@master).
    direction: side === "in" ? "in" : "inout",
  };
}

/** Sub-ops of memory_op in order of number (xen/include/public/memory.h). */
export const memoryOps: readonly SubOp[] = [
  reservation("increase_reservation"),
  reservation("decrease_reservation"),
  plain("maximum_ram_page", null, []),
  plain("current_reservation", "struct xen_memory_domain", [domid]),
  plain("maximum_reservation", "struct xen_memory_domain", [domid]),
  absent("machphys_mfn_list"),
  reservation("populate_physmap"),
  plain("add_to_physmap", "struct xen_add_to_physmap", [
    domid,
    field("size", "inout", 10),
    field("space", "in", 10),
    field("idx", "inout", 16),
    field("gpfn", "inout", 16),
  ]),
  absent("memory_map"),
  absent("machine_memory_map"),
  plain(
    "exchange",
    "struct xen_memory_exchange",
    [...exchangeSide("in"), ...exchangeSide("out"), field("nr_exchanged", "inout", 10)],
    { lists: [exchangeList("in"), exchangeList("out")] },
  ),
  absent("machphys_mapping"),
  absent("set_memory_map"),
  plain("maximum_gpfn", "struct xen_memory_domain", [domid]),
  plain("remove_from_physmap", "struct xen_remove_from_physmap", [domid, field("gpfn", "in", 16)]),
  absent("set_pod_target", "struct xen_pod_target", [field("target_pages", "in", 10), domid]),
  absent("get_pod_target", "struct xen_pod_target", [field("target_pages", "in", 10), domid]),
  plain("get_sharing_freed_pages", null, []),
  plain("get_sharing_shared_pages", null, []),
  absent("paging_op"),
  plain(
    "access_op",
    "struct xen_mem_access_op",
    [
      field("op", "in", 10),
      field("access", "inout", 10),
      domid,
      field("nr", "inout", 10),
      field("pfn", "inout", 16),
    ],
    {
      lists: [
        { name: "pfn_list", path: "pfn_list", elementSize: 8, signed: false, count: "nr", direction: "in" },
        {
          name: "access_list",
          path: "access_list",
          elementSize: 1,
          signed: false,
          count: "nr",
          direction: "in",
        },
      ],
    },
  ),
  absent("sharing_op"),
  plain(
    "add_to_physmap_batch",
    "struct xen_add_to_physmap_batch",
    [
      domid,
      field("space", "in", 10),
      field("size", "inout", 10),
      field("foreign_domid", "in", 16, "u.foreign_domid"),
      field("res0", "in", 10, "u.res0"),
    ],
    {
      lists: [
        { name: "idxs", path: "idxs", elementSize: 8, signed: false, count: "size", direction: "in" },
        { name: "gpfns", path: "gpfns", elementSize: 8, signed: false, count: "size", direction: "in" },
        { name: "errs", path: "errs", elementSize: 4, signed: true, count: "size", direction: "out" },
      ],
    },
  ),
  plain("claim_pages", RESERVATION, reservationFields, { lists: [] }),
  absent("machphys_compat_mfn_list"),
  plain("get_vnumainfo", "struct xen_vnuma_topology_info", [
    domid,
    field("nr_vnodes", "inout", 10),
    field("nr_vcpus", "inout", 10),
    field("nr_vmemranges", "inout", 10),
  ]),
  plain("reserved_device_memory_map", "struct xen_reserved_device_memory_map", [
    field("flags", "in", 16),
    field("nr_entries", "inout", 10),
  ]),
  plain(
    "acquire_resource",
    "struct xen_mem_acquire_resource",
    [
      domid,
      field("type", "in", 10),
      field("id", "in", 10),
      field("nr_frames", "inout", 10),
      field("pad", "in", 10),
      field("frame", "in", 16),
    ],
    {
      lists: [
        {
          name: "frame_list",
          path: "frame_list",
          elementSize: 8,
          signed: false,
          count: "nr_frames",
          direction: "inout",
        },
      ],
    },
  ),
];

/** The hypercall memory_op and its sub-ops. */
export const memoryOp: Hypercall = {
  nr: MEMORY_OP,
  name: "memory_op",
  constant: "__HYPERVISOR_memory_op",
  cmdBits: MEMOP_CMD_BITS,
  parameters: ["cmd", "arg"],
  subOps: memoryOps,
  onArm: true,
};
