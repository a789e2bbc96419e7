import { crc32 } from "node:zlib";

/** What a block says of itself: all but its data. The schema says what each member means. */
interface BlockHead {
  readonly rows: number;
  /** A number, or the library's object of 64 bits. */
  readonly firstEvent: unknown;
  readonly earliest: number;
  readonly latest: number;
  readonly compression: number;
  readonly crc: number;
  readonly size: number;
}

/** Bytes of a head in the form of which the sum is. */
const HEAD_BYTES = 40;

/** The CRC-32 of a block's head, in the form that the schema states. Every NaN is the same one there. */
export function headSum(head: BlockHead): number {
  const view = new DataView(new ArrayBuffer(HEAD_BYTES));
  view.setUint32(0, head.rows, true);
  view.setBigUint64(4, BigInt(String(head.firstEvent)), true);
  putTime(view, 12, head.earliest);
  putTime(view, 20, head.latest);
  view.setUint32(28, head.compression, true);
  view.setUint32(32, head.crc, true);
  view.setUint32(36, head.size, true);
  return crc32(new Uint8Array(view.buffer));
}

/** Whether a block's head is what was written; true of one without a sum, too. */
export function isHeadWhole(block: BlockHead & { readonly headCrc?: number | null }): boolean {
  return typeof block.headCrc !== "number" || block.headCrc === headSum(block);
}

/** The bits of a NaN are the machine's choice, so that they are stated. */
function putTime(view: DataView, at: number, seconds: number): void {
  if (Number.isNaN(seconds)) view.setBigUint64(at, 0x7ff8_0000_0000_0000n, true);
  else view.setFloat64(at, seconds, true);
}
