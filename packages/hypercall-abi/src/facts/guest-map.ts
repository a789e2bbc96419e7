/** A window of guest addresses, in bytes. */
export interface GuestWindow {
  /** First byte. */
  readonly start: number;
  /** Bytes. */
  readonly size: number;
  /** First byte behind it. */
  readonly end: number;
}

/** The same in bigints. */
export interface BigGuestWindow {
  /** First byte. */
  readonly start: bigint;
  /** Bytes. */
  readonly size: bigint;
}

/** Start and size of each window (xen/include/public/arch-arm.h, unchanged from 4.8 to master). */
const windows = {
  gicV2Distributor: [0x0300_1000, 0x1000],
  gicV2Cpu: [0x0300_2000, 0x2000],
  gicV3Distributor: [0x0300_1000, 0x1_0000],
  gicV3Redistributor: [0x0302_0000, 0x0100_0000],
  uart: [0x2200_0000, 0x1000],
  grantTable: [0x3800_0000, 0x0100_0000],
  magic: [0x3900_0000, 0x0100_0000],
  ram0: [0x4000_0000, 0xc000_0000],
  ram1: [0x02_0000_0000, 0xfe_0000_0000],
} as const satisfies Record<string, readonly [number, number]>;

/** Names of what Xen puts at fixed places. */
export type GuestWindowName = keyof typeof windows;

/**
 * Where Xen puts what it emulates for a domain that does not use the host's layout, and the windows that no layout moves.
 * Addresses in bytes.
 */
export const guestMap: Readonly<Record<GuestWindowName, GuestWindow>> = eachWindow((start, size) => ({
  start,
  size,
  end: start + size,
}));

/** {@link guestMap} in bigints. */
export const bigGuestMap: Readonly<Record<GuestWindowName, BigGuestWindow>> = eachWindow((start, size) => ({
  start: BigInt(start),
  size: BigInt(size),
}));

/** The interrupt of the emulated UART (GUEST_VPL011_SPI). */
export const GUEST_VPL011_SPI = 32;

function eachWindow<T>(make: (start: number, size: number) => T): Record<GuestWindowName, T> {
  const entries = Object.entries(windows).map(([name, [start, size]]) => [name, make(start, size)]);
  return Object.fromEntries(entries) as Record<GuestWindowName, T>;
}
