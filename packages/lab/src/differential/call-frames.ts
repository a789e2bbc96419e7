import { DOMID_INVALID, DOMID_IO, DOMID_SELF, DOMID_XEN } from "@xgt/hypercall-abi";
import type { Argument } from "./argument.ts";
import type { Random } from "./random.ts";

/** Frames as the executor numbers them: own pages, granted pages, frames that never were RAM, a 2 MiB block. */
export const OWN = 24;
const GRANTED = 12;
const EXTENDED = 8;
/** Number of the block's first frame; its others follow by an offset. */
export const BLOCK = OWN + GRANTED + EXTENDED;
/** The block has 2 to this many frames. */
export const BLOCK_ORDER = 9;
/** Its grants: eight of them writable. */
export const REFS = 12;
/** Above what a grant table holds. */
export const REF_OF_NONE = 500_000;
/** Refs of grant-table frame 40, where the kernel has none: free until something is swapped there. */
export const FREE_REFS = [20_481, 20_482, 20_483];

/** This domain by both names, domains that do not exist, and reserved ids. */
export const DOMIDS = [
  DOMID_SELF,
  DOMID_SELF,
  DOMID_SELF,
  DOMID_SELF,
  0,
  0,
  77,
  DOMID_IO,
  DOMID_XEN,
  DOMID_INVALID,
];
/** Frames that nobody may have: nothing, far beyond RAM, none at all. */
export const ODD_FRAMES = [0n, 0x1000n, 0xfffffffffffn, 0xffffffffffffffffn];
/** Where lists begin in the argument memory. */
export const LISTS_AT = 128;

/** The executor's second domain (guest/programs/peer.c). */
export const PEER = 5;
/** Grant-table frames that it may have. */
export const PEER_GRANT_FRAMES = 8;
/** Its frames, and one that it lacks. */
export const PEER_GFNS = [0x40000n, 0x40001n, 0x40002n, 0x40003n, 0x40000n, 0x50000n];
/** Its grants to this domain (8, 9; 10 read-only), to another (11), of no frame (12), none, and one beyond its table. */
export const PEER_REFS = [8, 9, 8, 9, 10, 11, 12, 13, 600];

/**
 * Devices that Xen gives to Dom0 on the lab's machine: clock, keys, a virtio slot, and the interrupt controller's first
 * page: that follows the flash, and one page more than a device's is permitted (PAGE_ALIGN of its last byte,
 * arch/arm/domain_build.c:map_range_to_domain@4.17, arch/arm/device.c:map_range_to_domain@4.20).
 */
export const DOM0_DEVICES = [0x8000, 0x9010, 0x9030, 0xa000];
/** What it does not: its own console, RAM, and frames of nothing. */
const OTHER_DEVICES = [0x9000n, 0x60000n, 0x8000000000n, 0xffffffffffffffffn];

/** A device's frame for XENMAPSPACE_dev_mmio. */
export function deviceFrame(random: Random): bigint {
  return random.once(3) ? random.pick(OTHER_DEVICES) : BigInt(random.pick(DOM0_DEVICES));
}

/** Puts a frame of any kind. */
export function putFrame(argument: Argument, at: number, random: Random): void {
  if (random.once(25)) argument.u64(at, random.pick(ODD_FRAMES));
  else if (random.once(4)) argument.frame(at, BLOCK, random.below(512));
  else argument.frame(at, random.below(BLOCK), 0);
}
