/** XENMAPSPACE_*: what add_to_physmap and add_to_physmap_batch map (xen/include/public/memory.h). */
export const MapSpace = {
  sharedInfo: 0,
  grantTable: 1,
  gmfn: 2,
  gmfnRange: 3,
  gmfnForeign: 4,
  devMmio: 5,
} as const;

/** Bit of an index of space grantTable that asks for a status frame: XENMAPIDX_grant_table_status. */
export const GRANT_TABLE_STATUS_INDEX = 0x80000000;

/** XENMEM_resource_*: what acquire_resource maps (xen/include/public/memory.h). */
export const MemoryResource = { ioreqServer: 0, grantTable: 1, vmtraceBuf: 2 } as const;

/** Parts of mem_flags (xen/include/public/memory.h: XENMEMF_*). Bits 0-7 are the address width, bits 8-15 the node plus 1. */
export const MemFlag = {
  addressBits: 0xff,
  nodeShift: 8,
  nodeMask: 0xff,
  populateOnDemand: 1 << 16,
  exactNode: 1 << 17,
  vnode: 1 << 18,
} as const;
