import { DOMID_SELF, PAGE_SIZE } from "@xgt/hypercall-abi";

/** RAM bank of the example domain: 64 MiB at 2 GiB, 1:1. */
export const RAM = 0x80000;
/** Its extended region: 256 MiB at 4 GiB. */
export const EXTENDED = 0x100000;
/** A frame that the example domain does not own. */
export const PEER_FRAME = 0xc8000;

/** Direct-mapped domain 0 on Xen 4.17 without an IOMMU, with a peer whose memory is not listed. */
const header = {
  xgt_log: 1,
  version: 1,
  xen: "4.17",
  arch: "arm64",
  domains: [
    {
      domid: 0,
      mode: "direct-mapped",
      ram: [{ gfn: "0x80000", count: "0x4000" }],
      regions: [
        { name: "grant-table", gfn: "0x38000", count: "0x40" },
        { name: "extended", gfn: "0x100000", count: "0x10000" },
        { name: "gic-distributor", gfn: "0x8000", count: "0x10" },
        { name: "uart", gfn: "0x9000", count: "0x1" },
      ],
      iommu: false,
      max_order: 18,
    },
    { domid: 1, mode: "translated" },
  ],
};

/** An example log under the standard header. */
export function exampleLog(...events: (object | object[])[]): string {
  return exampleLogWith({}, ...events);
}

/** An example log whose header has further members, or other ones (`{ xen: "4.16", from_boot: true }`). */
export function exampleLogWith(members: object, ...events: (object | object[])[]): string {
  const lines: object[] = [{ ...header, ...members }, ...numbered(events.flat())];
  return `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
}

/** The same lines with call ids from 1 on, whatever was built before. */
function numbered(events: readonly object[]): object[] {
  const ids = new Map<unknown, number>();
  return events.map((event) => {
    const line: { id?: unknown; multicall?: unknown } = { ...event };
    if (line.id !== undefined && !ids.has(line.id)) ids.set(line.id, ids.size + 1);
    if (line.id !== undefined) line.id = ids.get(line.id);
    if (line.multicall !== undefined) line.multicall = ids.get(line.multicall) ?? line.multicall;
    return line;
  });
}

let nextId = 1;

/** Both lines of a call. `exit` holds `ret` and what Xen wrote. */
export function call(nr: number, cmd: number, args: object, exit: object, more: object = {}): object[] {
  const id = nextId++;
  return [
    { id, ev: "enter", pid: 7, comm: "guest", nr, cmd, args, ...more },
    { id, ev: "exit", pid: 7, ...exit },
  ];
}

function reservation(cmd: number, gfns: readonly number[], ret: number, args: object): object[] {
  return call(
    12,
    cmd,
    {
      domid: DOMID_SELF,
      extent_order: 0,
      mem_flags: 0,
      nr_extents: gfns.length,
      start_extent: 0,
      extents: gfns.map(frame),
      ...args,
    },
    { ret },
  );
}

/** decrease_reservation of these gfns. */
export function decrease(gfns: readonly number[], ret = gfns.length, args: object = {}): object[] {
  return reservation(1, gfns, ret, args);
}

/** populate_physmap of these gfns. */
export function populate(gfns: readonly number[], ret = gfns.length, args: object = {}): object[] {
  return reservation(6, gfns, ret, args);
}

/** One op of a map; what is left out: a writable map of ref 8 of domain 1. */
interface MapOp {
  readonly gfn: number;
  readonly handle?: number;
  readonly mfn?: number;
  readonly ref?: number;
  readonly dom?: number;
  readonly flags?: number;
  readonly status?: number;
}

/** map_grant_ref of these ops. */
export function map(...ops: MapOp[]): object[] {
  const args = ops.map((op) => ({
    host_addr: address(op.gfn),
    flags: op.flags ?? 2,
    ref: op.ref ?? 8,
    dom: op.dom ?? 1,
  }));
  const results = ops.map((op) => {
    const status = op.status ?? 0;
    if (status !== 0) return { status };
    return { status, handle: op.handle ?? 1, dev_bus_addr: address(op.mfn ?? PEER_FRAME) };
  });
  return call(20, 0, { count: ops.length, ops: args }, { ret: 0, ops: results });
}

/** unmap_grant_ref of one handle at a gfn. */
export function unmap(gfn: number, handle = 1, status = 0): object[] {
  const op = { host_addr: address(gfn), dev_bus_addr: "0x0", handle };
  return call(20, 1, { count: 1, ops: [op] }, { ret: 0, ops: [{ status }] });
}

/** remove_from_physmap of one gfn. */
export function remove(gfn: number, ret = 0): object[] {
  return call(12, 15, { domid: DOMID_SELF, gpfn: frame(gfn) }, { ret });
}

/** A foreign map of one gfn of domain 1. */
export function mapForeign(gfn: number, err = 0, source = 0x40000): object[] {
  const args = {
    domid: DOMID_SELF,
    space: 4,
    size: 1,
    foreign_domid: 1,
    idxs: [frame(source)],
    gpfns: [frame(gfn)],
  };
  return call(12, 23, args, { ret: 0, errs: [err] });
}

/** add_to_physmap of a Xen page (space 0: shared_info, 1: grant table). */
export function placeXenPage(space: number, idx: number, gfn: number, ret = 0): object[] {
  const args = { domid: DOMID_SELF, size: 0, space, idx: frame(idx), gpfn: frame(gfn) };
  return call(12, 7, args, { ret });
}

/** The guest's own table: pfn -> mfn; -1 erases. */
export function guestEntry(pfn: number, mfn: number): object {
  return {
    ev: "guest_p2m",
    pid: 7,
    pfn: frame(pfn),
    mfn: mfn < 0 ? "0xffffffffffffffff" : frame(mfn),
    nr: 1,
  };
}

/** A DMA map of one page. */
export function dma(gfn: number, busMfn: number, dir = "TO_DEVICE", op = "map"): object {
  const segment = { phys: address(gfn), bus: address(busMfn), size: PAGE_SIZE };
  return { ev: "dma", pid: 7, op, dir, dev: "disk", segments: [segment], shown: 1, total: 1 };
}

/** OP-TEE gets one page. */
export function share(gfn: number): object {
  return { ev: "share", gfn: frame(gfn), nr: 1, with: "optee" };
}

/** OP-TEE gives one page back. */
export function unshare(gfn: number): object {
  return { ev: "unshare", gfn: frame(gfn), nr: 1, with: "optee" };
}

/** A frame number as logs write it. */
export function frame(number: number): string {
  return `0x${number.toString(16)}`;
}

/** A frame's byte address as logs write it. */
export function address(number: number): string {
  return `0x${(number * PAGE_SIZE).toString(16)}`;
}
