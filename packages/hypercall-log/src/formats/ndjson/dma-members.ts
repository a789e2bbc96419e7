/** Members of a dma event, and of its segments, by their codes. */
export const DmaMember = { op: 0, dir: 1, dev: 2, segments: 3, shown: 4, total: 5 } as const;
export const DmaPart = { phys: 0, bus: 1, size: 2 } as const;
/** Names of the members, in the order of their codes. */
export const dmaMembers: readonly string[] = Object.keys(DmaMember);
