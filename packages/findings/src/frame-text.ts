const TWO_POW_64 = 2 ** 64;

/** A frame number or address as people read it: "0xc5b79". All ones (and what a double rounds to it) is 64 bits of f. */
export function frameText(frame: number): string {
  return frame >= TWO_POW_64 ? "0xffffffffffffffff" : `0x${frame.toString(16)}`;
}

/** `count` frames from `first` on: "0xc5b79", "0xc5b79-0xc5b80" (both ends included). */
export function frameRangeText(first: number, count: number): string {
  return count <= 1 ? frameText(first) : `${frameText(first)}-${frameText(first + count - 1)}`;
}
