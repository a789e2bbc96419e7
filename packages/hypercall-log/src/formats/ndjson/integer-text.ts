/** The unsigned 64-bit value at `at` as a JSON string in hex. */
export function hexWords(words: Int32Array, at: number): string {
  const low = words[at] >>> 0;
  const high = words[at + 1] >>> 0;
  if (high === 0) return `"0x${low.toString(16)}"`;
  return `"0x${high.toString(16)}${low.toString(16).padStart(8, "0")}"`;
}

/** An integer as JSON: a number up to 2^53, above that a string in hex, negative ones in two's complement. */
export function decimalText(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  return `"0x${BigInt.asUintN(64, BigInt(value)).toString(16)}"`;
}
