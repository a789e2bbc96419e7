import type { Argument } from "./argument.ts";
import type { Caller } from "./caller.ts";
import type { Random } from "./random.ts";

/** Frames as the executor numbers them: own pages, granted pages, frames that never were RAM, a 2 MiB block. */
export const OWN = 24;
const GRANTED = 12;
const EXTENDED = 8;
/** Number of the block's first frame; its others follow by an offset. */
export const BLOCK = OWN + GRANTED + EXTENDED;
/** The block has 2 to this many frames. */
export const BLOCK_ORDER = 9;
/** Grants of the first domain to itself: eight of them writable. */
export const REFS = 12;
/** Above what a grant table holds. */
export const REF_OF_NONE = 500_000;
/** Refs of grant-table frame 40, where the executor has none: free until something is swapped there. */
export const FREE_REFS = [20_481, 20_482, 20_483];

/** Frames that nobody may have: nothing, far beyond RAM, none at all. */
export const ODD_FRAMES = [0n, 0x1000n, 0xfffffffffffn, 0xffffffffffffffffn];
/** Of these, frames that no p2m can hold. */
export const FRAMES_BEYOND = ODD_FRAMES.slice(2);
/** Where lists begin in the argument memory. */
export const LISTS_AT = 128;

/** Grants of the second domain to this one (8, 9; 10 read-only), to another (11), of no frame (12), none, and one beyond its table. */
export const PEER_REFS = [8, 9, 8, 9, 10, 11, 12, 13, 600];

/** A device's frame for XENMAPSPACE_dev_mmio. */
export function deviceFrame(random: Random, { devices, devicesPast, otherDevices }: Caller): bigint {
  return random.once(3) ? random.pick(otherDevices) : BigInt(random.pick([...devices, ...devicesPast]));
}

/** Puts a frame of any kind. */
export function putFrame(argument: Argument, at: number, random: Random): void {
  if (random.once(25)) argument.u64(at, random.pick(ODD_FRAMES));
  else if (random.once(4)) argument.frame(at, BLOCK, random.below(512));
  else argument.frame(at, random.below(BLOCK), 0);
}
