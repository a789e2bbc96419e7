import { type ArgumentField, type ArgumentList, field, type Hypercall, type SubOp } from "./hypercall.ts";

/** __HYPERVISOR_grant_table_op (xen/include/public/xen.h). */
export const GRANT_TABLE_OP = 20;
/** Bits of the command word that number the sub-op; above lies an opaque continuation (xen/common/grant_table.c:do_grant_table_op@master). */
export const GNTTABOP_CMD_BITS = 12;

/** Numbers of grant_table_op's sub-ops: GNTTABOP_* (xen/include/public/grant_table.h). */
export const GrantTableOp = {
  map_grant_ref: 0,
  unmap_grant_ref: 1,
  setup_table: 2,
  dump_table: 3,
  transfer: 4,
  copy: 5,
  query_size: 6,
  unmap_and_replace: 7,
  set_version: 8,
  get_status_frames: 9,
  get_version: 10,
  swap_grant_ref: 11,
  cache_flush: 12,
} as const;

const NR = GRANT_TABLE_OP;
const status: ArgumentField = { ...field("status", "out", 10), signed: true };
const handleOut = field("handle", "out", 10);
const dom = field("dom", "in", 16);
const hostAddr = field("host_addr", "in", 16);

function op(
  name: keyof typeof GrantTableOp,
  struct: string,
  fields: readonly ArgumentField[],
  lists: readonly ArgumentList[] = [],
  onArm = true,
): SubOp {
  return {
    nr: NR,
    cmd: GrantTableOp[name],
    name,
    constant: `GNTTABOP_${name}`,
    struct: `struct ${struct}`,
    argument: "rows",
    fields,
    lists,
    onArm,
  };
}

const frameList: ArgumentList = {
  name: "frame_list",
  path: "frame_list",
  elementSize: 8,
  signed: false,
  count: "nr_frames",
  direction: "out",
};

function copySide(side: "source" | "dest"): ArgumentField[] {
  return [
    field(`${side}.ref`, "in", 10, `${side}.u.ref`),
    field(`${side}.gmfn`, "in", 16, `${side}.u.gmfn`),
    field(`${side}.domid`, "in", 16),
    field(`${side}.offset`, "in", 10),
  ];
}

/** Sub-ops of grant_table_op in order of number (xen/include/public/grant_table.h). */
export const grantTableOps: readonly SubOp[] = [
  op("map_grant_ref", "gnttab_map_grant_ref", [
    hostAddr,
    field("flags", "in", 16),
    field("ref", "in", 10),
    dom,
    status,
    handleOut,
    field("dev_bus_addr", "out", 16),
  ]),
  op("unmap_grant_ref", "gnttab_unmap_grant_ref", [
    hostAddr,
    field("dev_bus_addr", "in", 16),
    field("handle", "in", 10),
    status,
  ]),
  op("setup_table", "gnttab_setup_table", [dom, field("nr_frames", "in", 10), status], [frameList]),
  op("dump_table", "gnttab_dump_table", [dom, status], [], false),
  op("transfer", "gnttab_transfer", [
    field("mfn", "in", 16),
    field("domid", "in", 16),
    field("ref", "in", 10),
    status,
  ]),
  op("copy", "gnttab_copy", [
    ...copySide("source"),
    ...copySide("dest"),
    field("len", "in", 10),
    field("flags", "in", 16),
    status,
  ]),
  op("query_size", "gnttab_query_size", [
    dom,
    field("nr_frames", "out", 10),
    field("max_nr_frames", "out", 10),
    status,
  ]),
  op("unmap_and_replace", "gnttab_unmap_and_replace", [
    hostAddr,
    field("new_addr", "in", 16),
    field("handle", "in", 10),
    status,
  ]),
  op("set_version", "gnttab_set_version", [field("version", "inout", 10)]),
  op(
    "get_status_frames",
    "gnttab_get_status_frames",
    [field("nr_frames", "in", 10), dom, status],
    [frameList],
  ),
  op("get_version", "gnttab_get_version", [dom, field("version", "out", 10)]),
  op("swap_grant_ref", "gnttab_swap_grant_ref", [field("ref_a", "in", 10), field("ref_b", "in", 10), status]),
  op("cache_flush", "gnttab_cache_flush", [
    field("dev_bus_addr", "in", 16, "a.dev_bus_addr"),
    field("ref", "in", 10, "a.ref"),
    field("offset", "in", 10),
    field("length", "in", 10),
    field("op", "in", 16),
  ]),
];

/** The hypercall grant_table_op and its sub-ops. */
export const grantTableOp: Hypercall = {
  nr: GRANT_TABLE_OP,
  name: "grant_table_op",
  constant: "__HYPERVISOR_grant_table_op",
  cmdBits: GNTTABOP_CMD_BITS,
  parameters: ["cmd", "args", "count"],
  subOps: grantTableOps,
  onArm: true,
  config: "CONFIG_GRANT_TABLE",
};
