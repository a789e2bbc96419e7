/** From this value on a number is rather a mask or an address than a count. */
const HEX_FROM = 256n;

/** A number as all languages here write it: decimal, large ones hexadecimal. */
export function decimalOrHex(value: bigint): string {
  return value >= HEX_FROM ? `0x${value.toString(16)}` : value.toString();
}
