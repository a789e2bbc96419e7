/** Bytes from `start` to `end`, exclusive. */
export interface AddressRange {
  readonly start: number;
  readonly end: number;
}

function range(start: number, size: number): AddressRange {
  return { start, end: start + size };
}

/** Where Xen puts things in a domain that does not have the host's layout (xen/include/public/arch-arm.h@4.8..master). */
export const guestMemoryMap = {
  gicV2Distributor: range(0x3001000, 0x1000),
  gicV2Cpu: range(0x3002000, 0x2000),
  gicV3Distributor: range(0x3001000, 0x10000),
  gicV3Redistributor: range(0x3020000, 0x1000000),
  grantTable: range(0x38000000, 0x1000000),
  ram: [range(0x40000000, 0xc0000000), range(0x200000000, 0xfe00000000)],
} as const;

/** Extended regions of such a domain begin at a multiple of this behind its RAM (xen/arch/arm/domain_build.c:find_domU_holes@master). */
const EXTENDED_ALIGNMENT = 0x200000;

/** RAM of `size` bytes in such a domain: the first bank is filled before the second. */
export function guestRam(size: number): AddressRange[] {
  const banks: AddressRange[] = [];
  let left = size;
  for (const bank of guestMemoryMap.ram) {
    const taken = Math.min(left, bank.end - bank.start);
    if (taken > 0) banks.push(range(bank.start, taken));
    left -= taken;
  }
  return banks;
}

/** Where such a domain with that RAM can have its extended regions: what its banks have left. */
export function guestRamTails(ram: readonly AddressRange[]): AddressRange[] {
  return guestMemoryMap.ram.map((bank) => {
    const used = ram.find((candidate) => candidate.start === bank.start)?.end ?? bank.start;
    return { start: Math.ceil(used / EXTENDED_ALIGNMENT) * EXTENDED_ALIGNMENT, end: bank.end };
  });
}

/** Whether every one of `inner` lies inside one of `outer`. */
export function allWithin(inner: readonly AddressRange[], outer: readonly AddressRange[]): boolean {
  return inner.every((one) => outer.some((other) => one.start >= other.start && one.end <= other.end));
}
