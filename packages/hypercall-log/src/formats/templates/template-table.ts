import { TEMPLATE_BODIES_MAX, TEMPLATE_HEADS_MAX, TEMPLATE_LINE_BYTES_MAX } from "../../limits.ts";
import { CALL_NUMBERS } from "./native-calls.ts";
import type { BodyTemplate, TemplatePart } from "./template-parts.ts";

/** What one step through a line does; each has four numbers in `ops`: these and its operands. */
export const TemplateOp = {
  /** The bytes at word a of the literals, b of them. */
  literal: 0,
  /** A value in hex or decimal to word a of the payload, or of the row that is read. */
  hex: 1,
  decimal: 2,
  /** A decimal to register a. */
  register: 3,
  /** Elements to the payload's end, then a absent lists. */
  list: 4,
  /** Rows to the payload's end: the next a ops read one, which has b words, those of the image at c; then `counted`. */
  rows: 5,
  /** As `rows`, and the payload's count is the number of rows. */
  countedRows: 6,
  /** Words of a probe's array to the payload's end, behind their number. */
  array: 7,
} as const;

/** Numbers of an op, and of a body in `bodies`. */
export const OP_NUMBERS = 4;
export const BODY_NUMBERS = 10;
/** Where each number of a body stands. */
export const BodyNumber = {
  ops: 0,
  opsEnd: 1,
  image: 2,
  imageWords: 3,
  kind: 4,
  refused: 5,
  /** `BodyTemplate.settles` and `isCall` as bits. */
  flags: 6,
  domid: 7,
  /** The body that followed last time, and the one that did before that. */
  next: 8,
  other: 9,
} as const;
/** Bits of a body's flags. */
export const BodyFlag = { settles: 1, isCall: 2 } as const;

/** Words of one body's image. */
const IMAGE_WORDS_MAX = 512;
/** Words of literals, of ops and of images that all templates of a log may have. */
const LITERAL_WORDS = 1 << 15;
const OP_WORDS = 1 << 13;
const IMAGE_WORDS = 1 << 12;

/** Bytes of a head that tell it from others: a task's name, its thread and the beginning of its CPU. */
const HASHED_FROM = 8;
const HASHED_WORDS = 5;
/** Bytes that a head with a task must have. */
export const HASHED_BYTES = HASHED_FROM + 4 * HASHED_WORDS;
const HEAD_SLOTS = 256;
const HASH_FACTOR = 0x9e3779b1 | 0;

/** Slot of the head that the line at `start` may have. */
export function headSlot(line: DataView, start: number): number {
  let hash = 0;
  for (let i = 0; i < HASHED_WORDS; i++) {
    hash = Math.imul(hash ^ line.getInt32(start + HASHED_FROM + 4 * i, true), HASH_FACTOR);
    hash ^= hash >>> 15;
  }
  return hash & (HEAD_SLOTS - 1);
}

/** The layouts of a log's lines that were learnt so far, as numbers. */
export class TemplateTable {
  /** Bytes that must stand in a line, each literal from a multiple of 16 bytes on, filled up with zeros. */
  literals = new Int32Array(LITERAL_WORDS);
  ops = new Int32Array(OP_WORDS);
  images = new Int32Array(IMAGE_WORDS);
  /** Per head: word of its literal, and bytes. */
  heads = new Int32Array(2 * TEMPLATE_HEADS_MAX);
  bodies = new Int32Array(BODY_NUMBERS * TEMPLATE_BODIES_MAX);
  /** CPU, thread and task's name by head, or by body where the heads of a format do not say them. */
  cpus = new Int32Array(Math.max(TEMPLATE_HEADS_MAX, TEMPLATE_BODIES_MAX));
  pids = new Int32Array(Math.max(TEMPLATE_HEADS_MAX, TEMPLATE_BODIES_MAX));
  comms = new Int32Array(Math.max(TEMPLATE_HEADS_MAX, TEMPLATE_BODIES_MAX));
  /** By head: a number that the reader of the format keeps with it. */
  notes = new Int32Array(TEMPLATE_HEADS_MAX);
  /** By body: what the module knows of its calls (CallNumber). */
  calls = new Int32Array(CALL_NUMBERS * TEMPLATE_BODIES_MAX);
  /** Newest head of each slot, and by head the one before it in its slot; -1: none. Only of heads with a task. */
  slots = new Int32Array(HEAD_SLOTS).fill(-1);
  before = new Int32Array(TEMPLATE_HEADS_MAX).fill(-1);
  headCount = 0;
  bodyCount = 0;
  private literalWords = 0;
  private opWords = 0;
  private imageWords = 0;

  /** Takes what lines have before their time; its number, -1 where there is no room. `own`: it says no task. */
  addHead(bytes: Uint8Array, own: boolean, cpu: number, pid: number, comm: number, note: number): number {
    const { headCount } = this;
    if (headCount === TEMPLATE_HEADS_MAX || bytes.length > TEMPLATE_LINE_BYTES_MAX) return -1;
    if (!own && bytes.length < HASHED_BYTES) return -1;
    const at = this.literal(bytes);
    if (at < 0) return -1;
    if (!own) {
      const slot = headSlot(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0);
      this.before[headCount] = this.slots[slot];
      this.slots[slot] = headCount;
    }
    this.heads[2 * headCount] = at;
    this.heads[2 * headCount + 1] = bytes.length;
    this.cpus[headCount] = cpu;
    this.pids[headCount] = pid;
    this.comms[headCount] = comm;
    this.notes[headCount] = note;
    return this.headCount++;
  }

  /** Takes what lines have behind their time; its number, -1 where there is no room. `own`: the head says no task. */
  addBody(body: BodyTemplate, own: boolean): number {
    const { bodyCount } = this;
    if (bodyCount === TEMPLATE_BODIES_MAX || body.image.length > IMAGE_WORDS_MAX) return -1;
    if (body.parts[0]?.part !== "literal") return -1;
    const ops = this.opWords;
    const image = this.image(body.image);
    if (image < 0 || !this.addOps(body.parts)) {
      this.opWords = ops;
      return -1;
    }
    const flags = (body.settles ? BodyFlag.settles : 0) | (body.isCall ? BodyFlag.isCall : 0);
    const numbers = [ops, this.opWords, image, body.image.length, body.kind, body.refused, flags, body.domid];
    this.bodies.set([...numbers, bodyCount, bodyCount], BODY_NUMBERS * bodyCount);
    this.calls.fill(0, CALL_NUMBERS * bodyCount, CALL_NUMBERS * (bodyCount + 1));
    if (own) {
      this.cpus[bodyCount] = body.cpu;
      this.pids[bodyCount] = body.pid;
      this.comms[bodyCount] = body.comm;
    }
    return this.bodyCount++;
  }

  /** Takes back the newest body: it does not give its own line's event. */
  dropBody(): void {
    this.bodyCount--;
    this.opWords = this.bodies[BODY_NUMBERS * this.bodyCount + BodyNumber.ops];
    for (let body = 0; body < this.bodyCount; body++) {
      for (const number of [BodyNumber.next, BodyNumber.other]) {
        const at = BODY_NUMBERS * body + number;
        if (this.bodies[at] === this.bodyCount) this.bodies[at] = body;
      }
    }
  }

  /** Moves the numbers that reading needs into `buffer`, from byte `from` on, a multiple of 16; the byte behind them. */
  moveTo(buffer: ArrayBuffer, from: number): number {
    let at = from;
    const names = [
      "literals",
      "ops",
      "images",
      "heads",
      "bodies",
      "cpus",
      "pids",
      "comms",
      "slots",
      "before",
      "notes",
      "calls",
    ] as const;
    for (const name of names) {
      const moved = new Int32Array(buffer, at, this[name].length);
      moved.set(this[name]);
      this[name] = moved;
      at += (moved.byteLength + 15) & ~15;
    }
    return at;
  }

  private addOps(parts: readonly TemplatePart[]): boolean {
    return parts.every((part) => this.addOp(part));
  }

  private addOp(part: TemplatePart): boolean {
    switch (part.part) {
      case "literal": {
        const at = this.literal(part.bytes);
        return at >= 0 && this.op(TemplateOp.literal, at, part.bytes.length);
      }
      case "hex":
        return this.op(TemplateOp.hex, part.word);
      case "decimal":
        return this.op(TemplateOp.decimal, part.word);
      case "register":
        return this.op(TemplateOp.register, part.register);
      case "list":
        return this.op(TemplateOp.list, part.absent);
      case "array":
        return this.op(TemplateOp.array);
      default: {
        const image = this.image(part.image);
        const kind = part.counted ? TemplateOp.countedRows : TemplateOp.rows;
        return (
          image >= 0 && this.op(kind, part.row.length, part.image.length, image) && this.addOps(part.row)
        );
      }
    }
  }

  private op(kind: number, a = 0, b = 0, c = 0): boolean {
    if (this.opWords + OP_NUMBERS > this.ops.length) return false;
    this.ops.set([kind, a, b, c], this.opWords);
    this.opWords += OP_NUMBERS;
    return true;
  }

  private image(words: Int32Array): number {
    const at = this.imageWords;
    if (at + words.length > this.images.length) return -1;
    this.images.set(words, at);
    this.imageWords += words.length;
    return at;
  }

  private literal(bytes: Uint8Array): number {
    const at = this.literalWords;
    const size = (bytes.length + 15) & ~15;
    const { buffer, byteOffset, byteLength } = this.literals;
    if (4 * at + size > byteLength) return -1;
    new Uint8Array(buffer, byteOffset + 4 * at, bytes.length).set(bytes);
    this.literalWords += size >> 2;
    return at;
  }
}
