import { DmaWriter } from "../../events/dma-view.ts";
import type { EventBatch } from "../../events/event-batch.ts";
import type { NameCache } from "../../events/name-cache.ts";
import { JsonScanner, UNUSUAL } from "../../json/json-scanner.ts";
import { KeyTable } from "../../json/key-table.ts";
import { ELEMENTS_MAX } from "../../limits.ts";
import { DMA_UNMAP, dmaDirections, dmaOps } from "./ndjson-names.ts";

const QUOTE = 34;
const COMMA = 44;
const OPENING_BRACKET = 91;
const CLOSING_BRACKET = 93;

/** Members of a dma event, and of its segments. */
const Member = { op: 0, dir: 1, dev: 2, segments: 3, shown: 4, total: 5 } as const;
/** Names of the members, in the order of their codes. */
export const dmaMembers: readonly string[] = Object.keys(Member);
const Part = { phys: 0, bus: 1, size: 2 } as const;

const opValues = [...dmaOps.values()];
const directionValues = [...dmaDirections.values()];

/** Reads the members of a dma event from bytes into the batch's newest event. */
export class DmaScanner extends JsonScanner {
  private readonly writer: DmaWriter;
  private readonly names: NameCache;
  private readonly opKeys = new KeyTable([...dmaOps.keys()]);
  private readonly directionKeys = new KeyTable([...dmaDirections.keys()]);
  private readonly segmentKeys = new KeyTable(Object.keys(Part));
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
    if ((this.seen & (1 << Member.op)) === 0) throw UNUSUAL;
  }

  private headMember(code: number): void {
    const { writer } = this;
    switch (code) {
      case Member.op:
        writer.setUnmap(opValues[this.choice(this.opKeys)] === DMA_UNMAP);
        break;
      case Member.dir:
        writer.setDirection(directionValues[this.choice(this.directionKeys)]);
        break;
      case Member.dev: {
        const start = this.pos + 1;
        writer.setDev(this.names.intern(this.bytes, start, this.text()));
        break;
      }
      case Member.segments:
        this.segments();
        break;
      case Member.shown:
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
    const { writer, segmentKeys } = this;
    writer.beginSegment();
    let previous = -1;
    for (let p = this.firstKey(); p >= 0; p = this.nextKey()) {
      const code = this.key(segmentKeys, p, previous);
      if (code < 0) throw UNUSUAL;
      previous = code;
      this.integer(false);
      if (code === Part.phys) writer.setPhys(this.low, this.high);
      else if (code === Part.bus) writer.setBus(this.low, this.high);
      else writer.setSize(this.low, this.high);
    }
  }
}
