import { type ArgumentField, type ArgumentList, field, type Hypercall, type SubOp } from "./hypercall.ts";

/** __HYPERVISOR_grant_table_op (xen/include/public/xen.h). */
export const GRANT_TABLE_OP = 20;
/** Bits of the command word that number the sub-op; above lies an opaque continuation (xen/common/grant_table.c:do_grant_table_op@master). */
export const GNTTABOP_CMD_BITS = 12;

const NR = GRANT_TABLE_OP;
const status: ArgumentField = { ...field("status", "out", 10), signed: true };
const handleOut = field("handle", "out", 10);
const dom = field("dom", "in", 16);
const hostAddr = field("host_addr", "in", 16);

function op(
  cmd: number,
  name: string,
  struct: string,
  fields: readonly ArgumentField[],
  lists: readonly ArgumentList[] = [],
  onArm = true,
): SubOp {
  return {
    nr: NR,
    cmd,
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
  op(0, "map_grant_ref", "gnttab_map_grant_ref", [
    hostAddr,
    field("flags", "in", 16),
    field("ref", "in", 10),
    dom,
    status,
    handleOut,
    field("dev_bus_addr", "out", 16),
  ]),
  op(1, "unmap_grant_ref", "gnttab_unmap_grant_ref", [
    hostAddr,
    field("dev_bus_addr", "in", 16),
    field("handle", "in", 10),
    status,
  ]),
  op(2, "setup_table", "gnttab_setup_table", [dom, field("nr_frames", "in", 10), status], [frameList]),
  op(3, "dump_table", "gnttab_dump_table", [dom, status], [], false),
  op(4, "transfer", "gnttab_transfer", [
    field("mfn", "in", 16),
    field("domid", "in", 16),
    field("ref", "in", 10),
    status,
  ]),
  op(5, "copy", "gnttab_copy", [
    ...copySide("source"),
    ...copySide("dest"),
    field("len", "in", 10),
    field("flags", "in", 16),
    status,
  ]),
  op(6, "query_size", "gnttab_query_size", [
    dom,
    field("nr_frames", "out", 10),
    field("max_nr_frames", "out", 10),
    status,
  ]),
  op(7, "unmap_and_replace", "gnttab_unmap_and_replace", [
    hostAddr,
    field("new_addr", "in", 16),
    field("handle", "in", 10),
    status,
  ]),
  op(8, "set_version", "gnttab_set_version", [field("version", "inout", 10)]),
  op(
    9,
    "get_status_frames",
    "gnttab_get_status_frames",
    [field("nr_frames", "in", 10), dom, status],
    [frameList],
  ),
  op(10, "get_version", "gnttab_get_version", [dom, field("version", "out", 10)]),
  op(11, "swap_grant_ref", "gnttab_swap_grant_ref", [
    field("ref_a", "in", 10),
    field("ref_b", "in", 10),
    status,
  ]),
  op(12, "cache_flush", "gnttab_cache_flush", [
    field("dev_bus_addr", "in", 16, "a.dev_bus_addr"),
    field("ref", "in", 10, "a.ref"),
    field("offset", "in", 10),
    field("length", "in", 10),
    field("op", "in", 16),
  ]),
];

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
