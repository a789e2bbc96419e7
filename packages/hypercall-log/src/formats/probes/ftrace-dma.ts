import { DmaWriter } from "../../events/dma-view.ts";
import { DmaDirection, EventKind } from "../../events/event-kind.ts";
import type { NameCache } from "../../events/name-cache.ts";
import { DMA_SEGMENTS_MAX } from "../../limits.ts";
import type { ReaderContext } from "../log-format.ts";
import type { FtraceHead } from "./ftrace-head.ts";

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const OPEN_ROUND = 40;
const COMMA = 44;
const SLASH = 47;
const ZERO = 48;
const NINE = 57;
const EQUALS = 61;
const UPPER_B = 66;
const UPPER_F = 70;
const UPPER_T = 84;
const LOWER_D = 100;
const LOWER_E = 101;
const LOWER_M = 109;
const LOWER_N = 110;
const LOWER_P = 112;
const LOWER_S = 115;
const LOWER_V = 118;
const LOWER_X = 120;
const OPEN_CURLY = 123;
const CLOSE_CURLY = 125;
const TWO_POW_32 = 4294967296;
/** Digits of a 64-bit value in hex, and decimal digits that a double holds exactly. */
const HEX_DIGITS = 16;
const EXACT_DIGITS = 15;

/** How a DMA event is read. */
export interface DmaEventType {
  readonly unmap: boolean;
  /** Coherent memory: an allocation is a map of which Linux does not say the page. */
  readonly coherent: boolean;
}

const map: DmaEventType = { unmap: false, coherent: false };
const unmap: DmaEventType = { unmap: true, coherent: false };
const allocation: DmaEventType = { unmap: false, coherent: true };
const release: DmaEventType = { unmap: true, coherent: true };

/** Linux's events (include/trace/events/dma.h@L6.12 and later, where `phys` took the place of `page`). */
export const dmaEventTypes: ReadonlyMap<string, DmaEventType> = new Map([
  ["dma_map_page", map],
  ["dma_map_phys", map],
  ["dma_map_resource", map],
  ["dma_map_sg", map],
  ["dma_unmap_page", unmap],
  ["dma_unmap_phys", unmap],
  ["dma_unmap_resource", unmap],
  ["dma_unmap_sg", unmap],
  ["dma_alloc", allocation],
  ["dma_alloc_pages", allocation],
  ["dma_alloc_sgt", allocation],
  ["dma_free", release],
  ["dma_free_pages", release],
  ["dma_free_sgt", release],
]);

const hexValues = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) hexValues[digit.toString(16).charCodeAt(0)] = digit;

const NO_DEVICE = new Uint8Array(0);

/** Sizes of the keys by their first letter, where most events have such a one: no need to look for its end. */
const keySizes = new Uint8Array(256);
for (const key of ["dma_addr", "phys_addr", "size", "nents", "ents", "attrs"])
  keySizes[key.charCodeAt(0)] = key.length;

/** 64-bit values of one list, low halves first. */
class Values {
  words = new Int32Array(64);
  length = 0;

  push(low: number, high: number): void {
    if (2 * this.length === this.words.length) {
      const grown = new Int32Array(2 * this.words.length);
      grown.set(this.words);
      this.words = grown;
    }
    this.words[2 * this.length] = low;
    this.words[2 * this.length + 1] = high;
    this.length++;
  }

  get isAllOnes(): boolean {
    return this.length === 1 && this.words[0] === -1 && this.words[1] === -1;
  }
}

/**
 * Linux's `dma:*` events -> dma events:
 *
 *     dma_map_page: a003e00.virtio_mmio dir=TO_DEVICE dma_addr=c99a56c0 size=23 phys_addr=c99a56c0 attrs=
 *     dma_map_sg: 0000:00:01.0 dir=FROM_DEVICE nents=2/2 ents=2/2 dma_addrs={0x137e09000,0x137e08000}
 *         sizes={0x1000,0x1000} phys_addrs={0x137e09000,0x137e08000} attrs=               (one line)
 *     dma_unmap_page: a003e00.virtio_mmio dir=TO_DEVICE dma_addr=c99a56c0 size=23 attrs=
 *
 * The device; `dir`: who writes; `phys_addr`: what the guest calls the page; `dma_addr`: what the device gets; `size`: bytes;
 * `nents`, `ents`: how many of each list are printed, and how many there are.
 */
export class FtraceDma {
  private readonly context: ReaderContext;
  private readonly names: NameCache;
  private readonly writer: DmaWriter;
  private readonly phys = new Values();
  private readonly bus = new Values();
  private readonly sizes = new Values();
  /** `nents=N/M`, `ents=N/M`: page list and bus list, printed and all; -1 where not said. */
  private physTotal = -1;
  private busTotal = -1;
  private shown = -1;
  private direction: number = DmaDirection.unknown;
  private failed = false;

  /** Name of the last event's device, up to the first `=` behind it; bytes of the name alone; its index. */
  private lastDevice: Uint8Array = NO_DEVICE;
  private lastSize = 0;
  private lastIndex = -1;

  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;
  private low = 0;
  private high = 0;

  constructor(context: ReaderContext, names: NameCache) {
    this.context = context;
    this.names = names;
    this.writer = new DmaWriter(context.batch);
  }

  /** Reads an event's text from `body` up to the newline. Returns what is wrong with it, or null. */
  read(head: FtraceHead, type: DmaEventType, bytes: Uint8Array, body: number): string | null {
    this.clear(bytes, body);
    const device = this.readDevice(body);
    for (let c = bytes[this.at]; c !== NEWLINE; c = bytes[this.at]) {
      if (c === SPACE || c === CARRIAGE_RETURN) this.at++;
      else if (!this.readMember()) return "a number or list of a DMA event is not readable";
    }
    if (this.phys.length === 0 && this.bus.length === 0) return "a DMA event without an address";
    if (this.bus.isAllOnes || this.failed) {
      this.context.stats.skip("DMA mappings that failed");
      return null;
    }
    this.write(head, type, device);
    return null;
  }

  private clear(bytes: Uint8Array, body: number): void {
    this.bytes = bytes;
    this.at = body;
    this.phys.length = 0;
    this.bus.length = 0;
    this.sizes.length = 0;
    this.physTotal = -1;
    this.busTotal = -1;
    this.shown = -1;
    this.direction = DmaDirection.unknown;
    this.failed = false;
  }

  /** Device names may hold blanks: the name ends before the first ` word=`. */
  private readDevice(body: number): number {
    const bytes = this.bytes;
    const last = this.lastDevice;
    let i = 0;
    while (i < last.length && last[i] === bytes[body + i]) i++;
    if (i === last.length && i > 0) {
      this.at = body + this.lastSize;
      return this.lastIndex;
    }
    let end = body;
    let at = body;
    while (bytes[at] !== NEWLINE && bytes[at] !== EQUALS) if (bytes[at++] === SPACE) end = at - 1;
    this.at = end;
    this.lastIndex = this.names.intern(bytes, body, end);
    // With ` dir=`, by which the same device is told from one whose name only begins alike.
    this.lastDevice = bytes[at] === EQUALS ? bytes.slice(body, at + 1) : NO_DEVICE;
    if (bytes[at] === EQUALS) this.lastSize = end - body;
    return this.lastIndex;
  }

  /** `key=value`, told by the key's first letters; other words, such as `[TRUNCATED]`, are skipped. */
  private readMember(): boolean {
    const bytes = this.bytes;
    const first = bytes[this.at];
    const second = bytes[this.at + 1];
    let at = this.at + keySizes[first];
    if (bytes[at] !== EQUALS || !this.isWordUntil(at)) {
      at = this.at;
      while (bytes[at] !== EQUALS && bytes[at] !== SPACE && bytes[at] !== NEWLINE) at++;
    }
    this.at = at + 1;
    if (bytes[at] !== EQUALS) {
      this.at = at;
      return true;
    }
    if (first === LOWER_D) return second === LOWER_M ? this.readHex(this.bus) : this.readDirection();
    if (first === LOWER_P) return this.readHex(this.phys);
    if (first === LOWER_S) return bytes[this.at] === OPEN_CURLY ? this.readHex(this.sizes) : this.readSize();
    if (first === LOWER_N) return this.readTotal("phys");
    if (first === LOWER_E && second === LOWER_N) return this.readTotal("bus");
    if (first === LOWER_V) this.failed = this.isNull();
    this.skipWord();
    return true;
  }

  /** Whether no blank and no line's end lies before `end`. */
  private isWordUntil(end: number): boolean {
    let at = this.at;
    while (at < end && this.bytes[at] > SPACE) at++;
    return at === end;
  }

  private skipWord(): void {
    const bytes = this.bytes;
    let at = this.at;
    while (bytes[at] !== SPACE && bytes[at] !== NEWLINE) at++;
    this.at = at;
  }

  /** `(null)` or zeros: an allocation without memory. */
  private isNull(): boolean {
    let at = this.at;
    while (this.bytes[at] === ZERO) at++;
    const c = this.bytes[at];
    return (
      (at > this.at && (c === SPACE || c === NEWLINE)) || (c === OPEN_ROUND && this.bytes[at + 1] === LOWER_N)
    );
  }

  /** One value in hex, with or without 0x, or a list of such. */
  private readHex(into: Values): boolean {
    if (this.bytes[this.at] !== OPEN_CURLY) {
      if (!this.hexValue()) return false;
      into.push(this.low, this.high);
      return true;
    }
    this.at++;
    while (this.bytes[this.at] !== CLOSE_CURLY) {
      if (!this.hexValue() || into.length === DMA_SEGMENTS_MAX) return false;
      into.push(this.low, this.high);
      if (this.bytes[this.at] === COMMA) this.at++;
    }
    this.at++;
    return true;
  }

  private hexValue(): boolean {
    const bytes = this.bytes;
    let at = this.at;
    if (bytes[at] === ZERO && bytes[at + 1] === LOWER_X) at += 2;
    const digitsAt = at;
    let low = 0;
    let high = 0;
    for (let digit = hexValues[bytes[at]]; digit >= 0; digit = hexValues[bytes[++at]]) {
      high = (high << 4) | (low >>> 28);
      low = (low << 4) | digit;
    }
    this.low = low;
    this.high = high;
    this.at = at;
    return at > digitsAt && at - digitsAt <= HEX_DIGITS;
  }

  private readSize(): boolean {
    const value = this.decimal();
    if (value < 0) return false;
    this.sizes.push(value | 0, Math.floor(value / TWO_POW_32) | 0);
    return true;
  }

  private decimal(): number {
    const bytes = this.bytes;
    const start = this.at;
    let value = 0;
    for (let c = bytes[this.at]; c >= ZERO && c <= NINE; c = bytes[++this.at]) value = value * 10 + c - ZERO;
    const digits = this.at - start;
    return digits > 0 && digits <= EXACT_DIGITS ? value : -1;
  }

  private readDirection(): boolean {
    const first = this.bytes[this.at];
    this.skipWord();
    if (first === UPPER_T) this.direction = DmaDirection.toDevice;
    else if (first === UPPER_F) this.direction = DmaDirection.fromDevice;
    else if (first === UPPER_B) this.direction = DmaDirection.bidirectional;
    return true;
  }

  private readTotal(list: "phys" | "bus"): boolean {
    const shown = this.decimal();
    if (shown < 0 || this.bytes[this.at] !== SLASH) return false;
    this.at++;
    const total = this.decimal();
    if (total < 0) return false;
    if (list === "phys") this.physTotal = total;
    else this.busTotal = total;
    if (list === "bus" || this.shown < 0) this.shown = shown;
    return true;
  }

  private write(head: FtraceHead, type: DmaEventType, dev: number): void {
    const { batch, stats } = this.context;
    const row = batch.add(EventKind.dma, head.place);
    stats.events++;
    batch.time[row] = head.time;
    batch.cpu[row] = head.cpu;
    batch.pid[row] = head.pid;
    batch.comm[row] = head.comm;
    // An IOMMU may join pages: page n and bus address n belong together only where there are as many of both.
    const buses = this.bus.length;
    const paired = this.phys.length === buses && this.physTotal === this.busTotal;
    // Pages of an allocation are printed without their sizes; its one bus address covers them all.
    const physs = type.coherent && !paired ? 0 : this.phys.length;
    const total = Math.max(this.busTotal, paired ? this.physTotal : -1);
    const { writer } = this;
    writer.begin();
    writer.setUnmap(type.unmap);
    writer.setDirection(this.direction);
    writer.setDev(dev);
    if (total >= 0) {
      writer.setShown(this.shown);
      writer.setTotal(total);
    }
    for (let i = 0; i < buses; i++) this.writeSegment(paired ? i : -1, i);
    if (paired) return;
    for (let i = 0; i < physs; i++) this.writeSegment(i, -1);
  }

  /** One segment: page `phys` and bus address `bus`, -1 where there is none. */
  private writeSegment(phys: number, bus: number): void {
    const { writer } = this;
    writer.beginSegment();
    if (phys >= 0) writer.setPhys(this.phys.words[2 * phys], this.phys.words[2 * phys + 1]);
    if (bus < 0) return;
    writer.setBus(this.bus.words[2 * bus], this.bus.words[2 * bus + 1]);
    if (bus < this.sizes.length) writer.setSize(this.sizes.words[2 * bus], this.sizes.words[2 * bus + 1]);
  }
}
