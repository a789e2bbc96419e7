import { type AddressRange, alignUp, endOf, SUPERPAGE_SIZE } from "../terms/address-range.ts";
import { DTB_OFFSET, GUEST_DTB_ROOM } from "../terms/emulated-hardware.ts";
import type { KernelImage } from "./module-file.ts";

/** Where Xen copies a guest's files inside its first bank. */
export interface Placement {
  readonly kernel: AddressRange;
  readonly dtb: AddressRange;
  readonly initrd: AddressRange | null;
  /** Which of the three places was free for DTB and initrd. */
  readonly choice: "128M" | "top of the bank" | "below the kernel";
}

/** Why there is no place. */
export interface PlacementFailure {
  readonly needed: bigint;
  /** Xen's words. */
  readonly panic: string;
}

/**
 * Kernel, DTB and initrd in the first bank: arch/arm/kernel.c:place_modules@4.17,
 * first_bank_can_fit_modules and find_dtb_initrd_placement@master (the same sums since 4.16).
 */
export function placeImages(
  bank: AddressRange,
  kernel: KernelImage,
  initrdSize: bigint,
): Placement | PlacementFailure {
  const start = bank.start + kernel.textOffset;
  const end = start + kernel.size;
  const initrdRoom = alignUp(initrdSize, SUPERPAGE_SIZE);
  const room = initrdRoom + GUEST_DTB_ROOM;
  const kernelRoom = alignUp(end, SUPERPAGE_SIZE) - start;
  if (room + kernelRoom > bank.size) {
    return {
      needed: room + kernelRoom,
      panic: "Not enough memory in the first bank for the kernel+dtb+initrd",
    };
  }
  const place = dtbPlace(bank, start, end, room);
  if (place === null) {
    return {
      needed: alignUp(end, SUPERPAGE_SIZE) - bank.start + room + SUPERPAGE_SIZE,
      panic: "Unable to find suitable location for dtb+initrd",
    };
  }
  return {
    kernel: { start, size: kernel.size },
    dtb: { start: place.at, size: GUEST_DTB_ROOM },
    initrd: initrdSize === 0n ? null : { start: place.at + GUEST_DTB_ROOM, size: initrdSize },
    choice: place.choice,
  };
}

function dtbPlace(
  bank: AddressRange,
  kernelStart: bigint,
  kernelEnd: bigint,
  room: bigint,
): { at: bigint; choice: Placement["choice"] } | null {
  const wanted = bank.start + DTB_OFFSET;
  if (endOf(bank) >= wanted + room && kernelEnd < wanted) return { at: wanted, choice: "128M" };
  if (endOf(bank) - room > alignUp(kernelEnd, SUPERPAGE_SIZE)) {
    return { at: endOf(bank) - room, choice: "top of the bank" };
  }
  if (kernelStart - bank.start > room) return { at: kernelStart - room, choice: "below the kernel" };
  return null;
}

/** True if there is a place. */
export function isPlaced(result: Placement | PlacementFailure): result is Placement {
  return "kernel" in result;
}

/** The parts of a placement with their names. */
export function placedParts(placement: Placement): { name: string; range: AddressRange }[] {
  const parts = [
    { name: "kernel", range: placement.kernel },
    { name: "device tree", range: placement.dtb },
  ];
  if (placement.initrd !== null) parts.push({ name: "initrd", range: placement.initrd });
  return parts;
}
