import type { FormatMember } from "./trace-dat-format.ts";

const WORD = 4;
const SPACE = 32;
const COMMA = 44;
const NEWLINE = 10;
const QUESTION = 63;
const INITIAL_BYTES = 4096;
/** Text of a number, with what stands around it. */
const NUMBER_BYTES = 24;
const HALF_DIGITS = 8;
const TWO_POW_32 = 4294967296;
const hexDigits = Buffer.from("0123456789abcdef");

const texts = {
  /** Linux's directions by number (include/linux/dma-direction.h@L6.12). */
  directions: ["BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE", "NONE"].map((name) =>
    Buffer.from(` dir=${name}`),
  ),
  pages: Buffer.from(" nents="),
  segments: Buffer.from(" ents="),
  bus: Buffer.from(" dma_addr="),
  size: Buffer.from(" size="),
  phys: Buffer.from(" phys_addr="),
  virtual: Buffer.from(" virt_addr="),
  buses: Buffer.from(" dma_addrs={"),
  sizes: Buffer.from(" sizes={"),
  physs: Buffer.from(" phys_addrs={"),
  end: Buffer.from("}"),
  slash: Buffer.from("/"),
  hex: Buffer.from("0x"),
};

/** Where a DMA event's members lie; null: it has none of this name. */
export interface DmaPlan {
  readonly device: FormatMember | null;
  readonly direction: FormatMember | null;
  readonly bus: FormatMember | null;
  readonly size: FormatMember | null;
  readonly phys: FormatMember | null;
  readonly virtual: FormatMember | null;
  /** Pages and segments of all the list, of which an event may hold a part. */
  readonly pages: FormatMember | null;
  readonly segments: FormatMember | null;
  readonly physs: FormatMember | null;
  readonly buses: FormatMember | null;
  readonly sizes: FormatMember | null;
}

/** The members by their names in Linux (include/trace/events/dma.h@L6.12). */
export function dmaPlan(members: readonly FormatMember[]): DmaPlan {
  const named = (...names: string[]) => members.find(({ name }) => names.includes(name)) ?? null;
  return {
    device: named("device"),
    direction: named("dir"),
    bus: named("dma_addr", "addr"),
    size: named("size"),
    phys: named("phys_addr"),
    virtual: named("virt_addr"),
    pages: named("full_nents"),
    segments: named("full_ents"),
    physs: named("phys_addrs", "addrs"),
    buses: named("dma_addrs"),
    sizes: named("lengths"),
  };
}

/** Writes of a DMA event what tracefs prints of it, so that one reader reads both forms. */
export class DmaText {
  /** The text with its newline, good until the next event. */
  bytes: Uint8Array = new Uint8Array(INITIAL_BYTES);
  private length = 0;
  private view: DataView = new DataView(new ArrayBuffer(0));
  private record: Uint8Array = this.bytes;
  private start = 0;
  private end = 0;
  private isCut = false;
  /** The part found last: offset in the buffer, and bytes. */
  private partAt = 0;
  private partSize = 0;

  /** The record `record[start, end)`, which `view` shows too. False: a member lies outside it. */
  write(plan: DmaPlan, record: Uint8Array, view: DataView, start: number, end: number): boolean {
    this.record = record;
    this.view = view;
    this.start = start;
    this.end = end;
    this.length = 0;
    this.isCut = false;
    this.device(plan.device);
    this.direction(plan.direction);
    this.count(texts.pages, plan.physs, plan.pages);
    this.count(texts.segments, plan.buses, plan.segments);
    this.list(texts.buses, plan.buses, 8);
    this.list(texts.sizes, plan.sizes, 4);
    this.list(texts.physs, plan.physs, 8);
    this.address(texts.bus, plan.bus);
    this.decimal(texts.size, plan.size);
    this.address(texts.phys, plan.phys);
    this.address(texts.virtual, plan.virtual);
    this.reserve(1);
    this.bytes[this.length++] = NEWLINE;
    return !this.isCut;
  }

  /** The device's name, fit for one line. */
  private device(member: FormatMember | null): void {
    if (!this.findPart(member)) return;
    this.reserve(this.partSize);
    for (let i = 0; i < this.partSize; i++) {
      const code = this.record[this.partAt + i];
      if (code === 0) return;
      this.bytes[this.length++] = code < SPACE ? QUESTION : code;
    }
  }

  private direction(member: FormatMember | null): void {
    const at = this.placeOf(member);
    if (at < 0) return;
    const direction = this.view.getUint32(at, true);
    this.text(texts.directions[Math.min(direction, texts.directions.length - 1)]);
  }

  /** How many elements of a list the event holds, and how many it has in all. */
  private count(name: Uint8Array, list: FormatMember | null, all: FormatMember | null): void {
    const at = this.placeOf(all);
    if (at < 0 || !this.findPart(list)) return;
    this.text(name);
    this.number(this.partSize >> 3);
    this.text(texts.slash);
    this.number(this.view.getUint32(at, true));
  }

  private list(name: Uint8Array, member: FormatMember | null, size: 4 | 8): void {
    if (!this.findPart(member)) return;
    const { partAt } = this;
    const count = Math.floor(this.partSize / size);
    this.text(name);
    for (let i = 0; i < count; i++) {
      const at = partAt + i * size;
      if (i > 0) {
        this.reserve(1);
        this.bytes[this.length++] = COMMA;
      }
      this.text(texts.hex);
      this.hex(this.view.getUint32(at, true), size === 8 ? this.view.getUint32(at + 4, true) : 0);
    }
    this.text(texts.end);
  }

  private address(name: Uint8Array, member: FormatMember | null): void {
    const at = this.placeOf(member);
    if (at < 0) return;
    this.text(name);
    this.hex(this.view.getUint32(at, true), member?.size === 8 ? this.view.getUint32(at + 4, true) : 0);
  }

  private decimal(name: Uint8Array, member: FormatMember | null): void {
    const at = this.placeOf(member);
    if (at < 0) return;
    const high = member?.size === 8 ? this.view.getUint32(at + 4, true) : 0;
    this.text(name);
    this.number(high * TWO_POW_32 + this.view.getUint32(at, true));
  }

  /** Where a number lies in the record; -1: nowhere. */
  private placeOf(member: FormatMember | null): number {
    if (member === null || (member.size !== 4 && member.size !== 8)) return -1;
    if (this.start + member.offset + member.size <= this.end) return this.start + member.offset;
    this.isCut = true;
    return -1;
  }

  /** A member of varying size: its word has the offset in the low half, the size in the high one. */
  private findPart(member: FormatMember | null): boolean {
    if (member === null) return false;
    if (this.start + member.offset + WORD <= this.end) {
      const word = this.view.getUint32(this.start + member.offset, true);
      this.partAt = this.start + (word & 0xffff);
      this.partSize = word >>> 16;
      if (this.partAt + this.partSize <= this.end) return true;
    }
    this.isCut = true;
    return false;
  }

  private text(text: Uint8Array): void {
    this.reserve(text.length);
    this.bytes.set(text, this.length);
    this.length += text.length;
  }

  private hex(low: number, high: number): void {
    this.reserve(NUMBER_BYTES);
    if (high !== 0) this.hexHalf(high, HALF_DIGITS - (Math.clz32(high) >> 2));
    this.hexHalf(low, high !== 0 ? HALF_DIGITS : Math.max(1, HALF_DIGITS - (Math.clz32(low) >> 2)));
  }

  private hexHalf(half: number, digits: number): void {
    for (let shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      this.bytes[this.length++] = hexDigits[(half >>> shift) & 0xf];
    }
  }

  private number(value: number): void {
    this.reserve(NUMBER_BYTES);
    const digits = String(value);
    for (let i = 0; i < digits.length; i++) this.bytes[this.length++] = digits.charCodeAt(i);
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.bytes.length, this.length + count));
    grown.set(this.bytes);
    this.bytes = grown;
  }
}
