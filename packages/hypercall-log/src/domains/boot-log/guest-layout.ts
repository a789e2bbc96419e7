import { guestMap } from "@xgt/hypercall-abi";

/** Bytes from `start` to `end`, exclusive. */
export interface AddressRange {
  readonly start: number;
  readonly end: number;
}

/** Extended regions of a domain that has not the host's layout begin at a multiple of this behind its RAM (xen/arch/arm/domain_build.c:find_domU_holes@master). */
const EXTENDED_ALIGNMENT = 0x200000;
const RAM_WINDOWS: readonly AddressRange[] = [guestMap.ram0, guestMap.ram1];

/** RAM of `size` bytes in such a domain: Xen fills the first bank before the second. */
export function guestRam(size: number): AddressRange[] {
  const banks: AddressRange[] = [];
  let left = size;
  for (const { start, end } of RAM_WINDOWS) {
    const taken = Math.min(left, end - start);
    if (taken > 0) banks.push({ start, end: start + taken });
    left -= taken;
  }
  return banks;
}

/** Where such a domain with that RAM can have its extended regions: what its banks have left. */
export function guestRamTails(ram: readonly AddressRange[]): AddressRange[] {
  return RAM_WINDOWS.map((window) => {
    const used = ram.find((candidate) => candidate.start === window.start)?.end ?? window.start;
    return { start: Math.ceil(used / EXTENDED_ALIGNMENT) * EXTENDED_ALIGNMENT, end: window.end };
  });
}

/** Whether every one of `inner` lies inside one of `outer`. */
export function allWithin(inner: readonly AddressRange[], outer: readonly AddressRange[]): boolean {
  return inner.every((one) => outer.some((other) => one.start >= other.start && one.end <= other.end));
}
