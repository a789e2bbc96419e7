import type { EventBatch } from "../../events/event-batch.ts";

/** A piece of a line's layout: bytes that every such line has, or a value that differs from line to line. */
export type TemplatePart =
  | { readonly part: "literal"; readonly bytes: Uint8Array }
  /** 1 to 16 hex digits, or 1 to 15 decimal ones: the 64-bit value at word `word` of the payload. */
  | { readonly part: "hex" | "decimal"; readonly word: number }
  /** 1 to 15 decimal digits that are no part of the payload: number `register` of the line. */
  | { readonly part: "register"; readonly register: number }
  /** `"0x..","0x.."`: the elements of a list that ends the payload, `absent` lists that the line has not behind it. */
  | { readonly part: "list"; readonly absent: number }
  /** `0x..,0x..`: an array of a probe at the payload's end: how many words, zero, then they. */
  | { readonly part: "array" }
  /**
   * `{..},{..}`: rows of a call's argument that end the payload, each laid out by `row` and with words as `image`. With
   * `counted` the payload's count is the number of rows.
   */
  | {
      readonly part: "rows";
      readonly row: readonly TemplatePart[];
      readonly image: Int32Array;
      readonly counted: boolean;
    };

/** The layout of a line behind its time, and what its event holds beside the values that differ. */
export interface BodyTemplate {
  /** The first is a literal. */
  readonly parts: readonly TemplatePart[];
  /** Words of the payload, of rows and lists those before them; zeros where values come. */
  readonly image: Int32Array;
  readonly kind: number;
  /** True: the event is one of a call, which the reader of the format must complete. */
  readonly isCall: boolean;
  /** Word of the payload at which all ones make the line one for the general reader; -1: none. */
  readonly refused: number;
  /** True: only good while no list of another line is waited for. */
  readonly settles: boolean;
  readonly domid: number;
  /** Of a format whose lines' heads do not say them. */
  readonly cpu: number;
  readonly pid: number;
  readonly comm: number;
}

/** Where a value stands in the line that a template is learnt from. */
export interface ValuePlace {
  readonly from: number;
  readonly to: number;
  readonly value: TemplatePart;
}

/** The line from `from` to `to`, cut at its values, which are in order and do not overlap. */
export function partsOf(
  bytes: Uint8Array,
  from: number,
  to: number,
  values: readonly ValuePlace[],
): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let at = from;
  for (const place of values) {
    if (place.from > at) parts.push({ part: "literal", bytes: bytes.slice(at, place.from) });
    parts.push(place.value);
    at = place.to;
  }
  if (to > at) parts.push({ part: "literal", bytes: bytes.slice(at, to) });
  return parts;
}

/** Whether two rows of batches hold the same event, places aside. */
export function isSameEvent(a: EventBatch, rowA: number, b: EventBatch, rowB: number): boolean {
  const isSame =
    Object.is(a.time[rowA], b.time[rowB]) &&
    a.kind[rowA] === b.kind[rowB] &&
    a.domid[rowA] === b.domid[rowB] &&
    a.cpu[rowA] === b.cpu[rowB] &&
    a.pid[rowA] === b.pid[rowB] &&
    a.comm[rowA] === b.comm[rowB];
  const size = a.payloadEnd(rowA) - a.payload[rowA];
  if (!isSame || b.payloadEnd(rowB) - b.payload[rowB] !== size) return false;
  for (let i = 0; i < size; i++) {
    if (a.words[a.payload[rowA] + i] !== b.words[b.payload[rowB] + i]) return false;
  }
  return true;
}
