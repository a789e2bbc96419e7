import type { EventBatch } from "../../events/event-batch.ts";
import { DmaDirection } from "../../events/event-kind.ts";
import type { NameCache } from "../../events/name-cache.ts";
import { JsonScanner, UNUSUAL } from "../../json/json-scanner.ts";
import { KeyTable } from "../../json/key-table.ts";
import { ELEMENTS_MAX } from "../../limits.ts";
import { dmaDirections, dmaOps } from "./ndjson-names.ts";

const QUOTE = 34;
const COMMA = 44;
const OPENING_BRACKET = 91;
const CLOSING_BRACKET = 93;

/** Members of a dma event in the order of its payload's head words. */
const Member = { op: 0, dir: 1, dev: 2, segments: 3, shown: 4, total: 5 } as const;
/** Names of the members, in the order of their codes. */
export const dmaMembers: readonly string[] = Object.keys(Member);
const HEAD_WORDS = 6;
const SEGMENT_WORDS = 7;

const opValues = [...dmaOps.values()];
const directionValues = [...dmaDirections.values()];

/** Reads the members of a dma event from bytes into the batch's newest event. */
export class DmaScanner extends JsonScanner {
  private readonly batch: EventBatch;
  private readonly names: NameCache;
  private readonly opKeys = new KeyTable([...dmaOps.keys()]);
  private readonly directionKeys = new KeyTable([...dmaDirections.keys()]);
  private readonly segmentKeys = new KeyTable(["phys", "bus", "size"]);
  private seen = 0;
  private headAt = -1;

  constructor(batch: EventBatch, names: NameCache) {
    super();
    this.batch = batch;
    this.names = names;
  }

  /** The text that events stand in from now on. */
  enterText(bytes: Uint8Array): void {
    this.setText(bytes);
  }

  /** A new event begins. */
  begin(): void {
    this.seen = 0;
    this.headAt = -1;
  }

  /** Reads the value at `value` of the member `code`; returns the index behind it. */
  member(value: number, code: number): number {
    this.pos = value;
    if ((this.seen & (1 << code)) !== 0) throw UNUSUAL;
    this.seen |= 1 << code;
    if (this.headAt < 0) this.head();
    if (code === Member.segments) this.segments();
    else {
      const word = this.headWord(code);
      this.batch.words[this.headAt + code] = word;
    }
    return this.pos;
  }

  /** The event has ended. */
  complete(): void {
    if ((this.seen & (1 << Member.op)) === 0) throw UNUSUAL;
  }

  private head(): void {
    this.headAt = this.batch.reserve(HEAD_WORDS);
    const { words } = this.batch;
    words[this.headAt + Member.op] = 0;
    words[this.headAt + Member.dir] = DmaDirection.unknown;
    words[this.headAt + Member.dev] = -1;
    words[this.headAt + Member.segments] = 0;
    words[this.headAt + Member.shown] = -1;
    words[this.headAt + Member.total] = -1;
  }

  private headWord(code: number): number {
    switch (code) {
      case Member.op:
        return opValues[this.choice(this.opKeys)];
      case Member.dir:
        return directionValues[this.choice(this.directionKeys)];
      case Member.dev: {
        const start = this.pos + 1;
        return this.names.intern(this.bytes, start, this.text());
      }
      default:
        return this.small();
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
    this.batch.words[this.headAt + Member.segments] = count;
  }

  /** Reads the object at `pos`. */
  private segment(): void {
    const { batch, segmentKeys } = this;
    const at = batch.reserve(SEGMENT_WORDS);
    batch.words.fill(0, at, at + SEGMENT_WORDS);
    let previous = -1;
    for (let p = this.firstKey(); p >= 0; p = this.nextKey()) {
      const code = this.key(segmentKeys, p, previous);
      if (code < 0) throw UNUSUAL;
      previous = code;
      this.integer(false);
      batch.words[at] |= 1 << code;
      batch.words[at + 1 + 2 * code] = this.low;
      batch.words[at + 2 + 2 * code] = this.high;
    }
  }
}
