import {
  PAGE_SHIFT as PAGE_BITS,
  PAGE_SIZE as PAGE_BYTES,
  SUPERPAGE_SIZE as SUPERPAGE_BYTES,
} from "@xgt/hypercall-abi";

/** `size` bytes from `start` on. Addresses need more than 53 bits, hence bigint; nothing here is hot. */
export interface AddressRange {
  readonly start: bigint;
  /** Bytes; 0: empty. */
  readonly size: bigint;
}

/** Bytes of a page. */
export const PAGE_SIZE = BigInt(PAGE_BYTES);
/** Bytes of a block of the second level of a table: 2 MiB. */
export const SUPERPAGE_SIZE = BigInt(SUPERPAGE_BYTES);
const PAGE_SHIFT = BigInt(PAGE_BITS);

/** First address behind a range. */
export function endOf(range: AddressRange): bigint {
  return range.start + range.size;
}

/** True if two ranges share a byte; an empty range shares none. */
export function overlaps(a: AddressRange, b: AddressRange): boolean {
  return a.size > 0n && b.size > 0n && a.start < endOf(b) && b.start < endOf(a);
}

/** True if every byte of `inner` lies in `outer`. */
export function contains(outer: AddressRange, inner: AddressRange): boolean {
  return outer.start <= inner.start && endOf(inner) <= endOf(outer);
}

/** The bytes that two ranges share, or null. */
export function intersection(a: AddressRange, b: AddressRange): AddressRange | null {
  if (!overlaps(a, b)) return null;
  const start = a.start > b.start ? a.start : b.start;
  const end = endOf(a) < endOf(b) ? endOf(a) : endOf(b);
  return { start, size: end - start };
}

/** What is left of `ranges` without the bytes of `holes`, in ascending order, neighbours joined. */
export function subtract(ranges: readonly AddressRange[], holes: readonly AddressRange[]): AddressRange[] {
  let left = joined(ranges);
  for (const hole of holes) {
    if (hole.size <= 0n) continue;
    left = left.flatMap((range) => without(range, hole));
  }
  return left;
}

function without(range: AddressRange, hole: AddressRange): AddressRange[] {
  if (!overlaps(range, hole)) return [range];
  const parts: AddressRange[] = [];
  if (hole.start > range.start) parts.push({ start: range.start, size: hole.start - range.start });
  if (endOf(hole) < endOf(range)) parts.push({ start: endOf(hole), size: endOf(range) - endOf(hole) });
  return parts;
}

/** Ascending, touching and overlapping ranges joined, empty ones left out. */
export function joined(ranges: readonly AddressRange[]): AddressRange[] {
  const sorted = ranges.filter((range) => range.size > 0n).sort((a, b) => compare(a.start, b.start));
  const result: { start: bigint; size: bigint }[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last !== undefined && range.start <= last.start + last.size) {
      const end = endOf(range) > last.start + last.size ? endOf(range) : last.start + last.size;
      last.size = end - last.start;
    } else {
      result.push({ start: range.start, size: range.size });
    }
  }
  return result;
}

/** What two lists of ranges share. */
export function intersectAll(a: readonly AddressRange[], b: readonly AddressRange[]): AddressRange[] {
  const parts = a.flatMap((left) => b.map((right) => intersection(left, right)));
  return joined(parts.filter((part) => part !== null));
}

/** True if every byte of `range` lies in one of `ranges` or in several that touch. */
export function coveredBy(range: AddressRange, ranges: readonly AddressRange[]): boolean {
  return subtract([range], ranges).length === 0;
}

export function totalSize(ranges: readonly AddressRange[]): bigint {
  return ranges.reduce((sum, range) => sum + range.size, 0n);
}

/** -1, 0 or 1, for sort(). */
export function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function isAligned(value: bigint, unit: bigint): boolean {
  return value % unit === 0n;
}

export function alignDown(value: bigint, unit: bigint): bigint {
  return value - (value % unit);
}

export function alignUp(value: bigint, unit: bigint): bigint {
  return alignDown(value + unit - 1n, unit);
}

/** The pages that a range touches. */
export function pagesOf(range: AddressRange): AddressRange {
  const start = alignDown(range.start, PAGE_SIZE);
  return { start, size: alignUp(endOf(range), PAGE_SIZE) - start };
}

/** Frame number of an address, for findings (which carry plain numbers). */
export function frameOf(address: bigint): number {
  return Number(address >> PAGE_SHIFT);
}

/** Frames that a range touches. */
export function framesOf(range: AddressRange): number {
  return Number(pagesOf(range).size >> PAGE_SHIFT);
}

/** "0x80000000". */
export function hexAddress(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** "0x80000000-0x8fffffff" (both ends included). */
export function rangeText(range: AddressRange): string {
  if (range.size <= 0n) return `${hexAddress(range.start)} (empty)`;
  return `${hexAddress(range.start)}-${hexAddress(endOf(range) - 1n)}`;
}

const UNITS: readonly (readonly [bigint, string])[] = [
  [1n << 30n, "G"],
  [1n << 20n, "M"],
  [1n << 10n, "K"],
];

/** "512M", "4K", "0x1234" where no unit fits. */
export function sizeText(size: bigint): string {
  for (const [unit, letter] of UNITS) {
    if (size >= unit && size % unit === 0n) return `${size / unit}${letter}`;
  }
  return size < 0n ? `-${sizeText(-size)}` : hexAddress(size);
}

/** Bytes of "512M", "0x20000000", "4096"; null where the text is no size. */
export function parseSize(text: string): bigint | null {
  const match = /^(0x[0-9a-f]{1,16}|[0-9]{1,19})([kmgt]?)(?:i?b)?$/i.exec(text.trim());
  if (match === null) return null;
  const shift = { "": 0n, k: 10n, m: 20n, g: 30n, t: 40n }[match[2].toLowerCase()] ?? 0n;
  const size = BigInt(match[1]) << shift;
  return size < 1n << 64n ? size : null;
}

/** A range "0x30000000-0x3fffffff" or "0x30000000+256M"; null where the text is none. */
export function parseRange(text: string): AddressRange | null {
  const match = /^(0x[0-9a-f]{1,16}|[0-9]{1,19})([-+])(\S+)$/i.exec(text.trim());
  if (match === null) return null;
  const start = BigInt(match[1]);
  const other = parseSize(match[3]);
  if (other === null) return null;
  const size = match[2] === "+" ? other : other - start + 1n;
  return size > 0n ? { start, size } : null;
}
