import type { FormatMember } from "./trace-dat-format.ts";

/** Linux's directions (include/linux/dma-direction.h@L6.12). */
const DIRECTIONS = ["BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE"];
const WORD = 4;

/** A DMA event's members, by their names in Linux (include/trace/events/dma.h@L6.12). */
export type DmaMembers = ReadonlyMap<string, FormatMember>;

/**
 * The text that tracefs prints of a DMA event, so that events of both forms are read by one reader. The record is
 * `bytes[start, end)`; null where it is cut.
 */
export function dmaText(members: DmaMembers, bytes: Uint8Array, start: number, end: number): string | null {
  const record = new DmaRecord(members, new DataView(bytes.buffer, bytes.byteOffset + start, end - start));
  const parts = [record.device(), `dir=${DIRECTIONS[Number(record.scalar("dir"))] ?? "NONE"}`];
  const physs = record.list("phys_addrs", 8) ?? record.list("addrs", 8);
  const buses = record.list("dma_addrs", 8);
  const sizes = record.list("lengths", 4);
  const pages = record.scalar("full_nents");
  const segments = record.scalar("full_ents");
  if (pages !== null && physs !== null) parts.push(`nents=${physs.length}/${pages}`);
  if (segments !== null && buses !== null) parts.push(`ents=${buses.length}/${segments}`);
  if (buses !== null) parts.push(`dma_addrs={${hexList(buses)}}`);
  if (sizes !== null) parts.push(`sizes={${hexList(sizes)}}`);
  if (physs !== null) parts.push(`phys_addrs={${hexList(physs)}}`);
  const bus = record.scalar("dma_addr") ?? record.scalar("addr");
  const size = record.scalar("size");
  const phys = record.scalar("phys_addr");
  const virtual = record.scalar("virt_addr");
  if (bus !== null) parts.push(`dma_addr=${bus.toString(16)}`);
  if (size !== null) parts.push(`size=${size}`);
  if (phys !== null) parts.push(`phys_addr=${phys.toString(16)}`);
  if (virtual !== null) parts.push(`virt_addr=${virtual.toString(16)}`);
  return record.isCut ? null : `${parts.join(" ")}\n`;
}

function hexList(values: readonly bigint[]): string {
  return values.map((value) => `0x${value.toString(16)}`).join(",");
}

class DmaRecord {
  isCut = false;
  private readonly members: DmaMembers;
  private readonly view: DataView;

  constructor(members: DmaMembers, view: DataView) {
    this.members = members;
    this.view = view;
  }

  /** The device's name, fit for one line. */
  device(): string {
    const part = this.part("device");
    if (part === null) return "";
    let text = "";
    for (let i = 0; i < part.size; i++) {
      const code = this.view.getUint8(part.offset + i);
      if (code === 0) break;
      text += code < 0x20 ? "?" : String.fromCharCode(code);
    }
    return text;
  }

  /** An unsigned number; null where the event has no such member. */
  scalar(name: string): bigint | null {
    const member = this.members.get(name);
    if (member === undefined) return null;
    if (member.offset + member.size > this.view.byteLength || (member.size !== 4 && member.size !== 8)) {
      this.isCut = true;
      return null;
    }
    return this.number(member.offset, member.size);
  }

  /** An array whose elements take `size` bytes each; null where the event has no such member. */
  list(name: string, size: number): bigint[] | null {
    if (!this.members.has(name)) return null;
    const part = this.part(name);
    if (part === null) return null;
    return Array.from({ length: Math.floor(part.size / size) }, (_, i) =>
      this.number(part.offset + i * size, size),
    );
  }

  /** Where a member of varying size lies: its word has the offset in the low half, the size in the high one. */
  private part(name: string): { readonly offset: number; readonly size: number } | null {
    const member = this.members.get(name);
    if (member === undefined) return null;
    if (member.offset + WORD <= this.view.byteLength) {
      const word = this.view.getUint32(member.offset, true);
      const part = { offset: word & 0xffff, size: word >>> 16 };
      if (part.offset + part.size <= this.view.byteLength) return part;
    }
    this.isCut = true;
    return null;
  }

  private number(offset: number, size: number): bigint {
    return size === WORD ? BigInt(this.view.getUint32(offset, true)) : this.view.getBigUint64(offset, true);
  }
}
