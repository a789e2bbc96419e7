import { DmaWriter } from "../../events/dma-view.ts";
import type { EventBatch } from "../../events/event-batch.ts";
import type { NameCache } from "../../events/name-cache.ts";
import { JsonScanner, UNUSUAL } from "../../json/json-scanner.ts";
import type { KeyTable } from "../../json/key-table.ts";
import { ELEMENTS_MAX } from "../../limits.ts";
import { DmaMember, DmaPart } from "./dma-members.ts";
import { sharedLineKeys } from "./line-keys.ts";
import { DMA_UNMAP, dmaDirections, dmaOps } from "./ndjson-names.ts";

const QUOTE = 34;
const COMMA = 44;
const OPENING_BRACKET = 91;
const CLOSING_BRACKET = 93;

const opValues = [...dmaOps.values()];
const directionValues = [...dmaDirections.values()];

/** Reads the members of a dma event from bytes into the batch's newest event. */
export class DmaScanner extends JsonScanner {
  private readonly writer: DmaWriter;
  private readonly names: NameCache;
  private readonly keys = sharedLineKeys();
  private seen = 0;

  constructor(batch: EventBatch, names: NameCache) {
    super();
    this.writer = new DmaWriter(batch);
    this.names = names;
  }

  /** Takes the bytes in which `member` reads from now on. */
  enterText(bytes: Uint8Array): void {
    this.setText(bytes);
  }

  /** A new event begins. */
  begin(): void {
    this.seen = 0;
  }

  /** Reads the value at `value` of the member `code`; returns the index behind it. */
  member(value: number, code: number): number {
    this.pos = value;
    if ((this.seen & (1 << code)) !== 0) throw UNUSUAL;
    if (this.seen === 0) this.writer.begin();
    this.seen |= 1 << code;
    this.headMember(code);
    return this.pos;
  }

  /** The event has ended. */
  complete(): void {
    if ((this.seen & (1 << DmaMember.op)) === 0) throw UNUSUAL;
  }

  private headMember(code: number): void {
    const { writer } = this;
    switch (code) {
      case DmaMember.op:
        writer.setUnmap(opValues[this.choice(this.keys.dmaOps)] === DMA_UNMAP);
        break;
      case DmaMember.dir:
        writer.setDirection(directionValues[this.choice(this.keys.dmaDirections)]);
        break;
      case DmaMember.dev: {
        const start = this.pos + 1;
        writer.setDev(this.names.intern(this.bytes, start, this.text()));
        break;
      }
      case DmaMember.segments:
        this.segments();
        break;
      case DmaMember.shown:
        writer.setShown(this.small());
        break;
      default:
        writer.setTotal(this.small());
    }
  }

  private choice(table: KeyTable): number {
    if (this.bytes[this.pos] !== QUOTE) throw UNUSUAL;
    const code = table.find(this.bytes, this.pos + 1, -1);
    if (code < 0) throw UNUSUAL;
    this.pos = table.end;
    return code;
  }

  private segments(): void {
    const { bytes } = this;
    if (bytes[this.pos] !== OPENING_BRACKET) throw UNUSUAL;
    let p = this.skipBlanks(this.pos + 1);
    let count = 0;
    while (bytes[p] !== CLOSING_BRACKET) {
      if (count > 0) {
        if (bytes[p] !== COMMA) throw UNUSUAL;
        p = this.skipBlanks(p + 1);
      }
      if (count >= ELEMENTS_MAX) throw UNUSUAL;
      this.pos = p;
      this.segment();
      count++;
      p = this.skipBlanks(this.pos);
    }
    this.pos = p + 1;
  }

  /** Reads the object at `pos`. */
  private segment(): void {
    const { writer } = this;
    const { dmaParts } = this.keys;
    writer.beginSegment();
    let previous = -1;
    for (let p = this.firstKey(); p >= 0; p = this.nextKey()) {
      const code = this.key(dmaParts, p, previous);
      if (code < 0) throw UNUSUAL;
      previous = code;
      this.integer(false);
      if (code === DmaPart.phys) writer.setPhys(this.low, this.high);
      else if (code === DmaPart.bus) writer.setBus(this.low, this.high);
      else writer.setSize(this.low, this.high);
    }
  }
}
