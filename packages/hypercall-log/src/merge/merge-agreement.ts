import {
  argumentShapeOf,
  ELEMENTS_AT,
  FIELDS_AT,
  type HalfShape,
  ROWS_AT,
} from "../events/argument-shape.ts";
import type { EventBatch } from "../events/event-batch.ts";
import { Recorded } from "../events/event-kind.ts";
import type { MergeCall } from "./merge-window.ts";

/** Same hypercall by the same thread with the same arguments and results, as far as both logs carry them. */
export function mayBeOne(a: MergeCall, b: MergeCall): boolean {
  if (a.nr !== b.nr || (a.cmd !== b.cmd && a.cmd >= 0 && b.cmd >= 0)) return false;
  if (a.pid !== b.pid && a.pid >= 0 && b.pid >= 0) return false;
  const from = a.enterIn!;
  const to = b.enterIn!;
  const indexA = a.enter - from.base;
  const indexB = b.enter - to.base;
  if (from.batch.start[indexA] !== to.batch.start[indexB]) return false;
  const shape = argumentShapeOf(a.nr, Math.max(a.cmd, b.cmd));
  if (!sameHalf(from.batch, indexA, to.batch, indexB, shape?.in)) return false;
  return a.exitIn === null || b.exitIn === null || sameExit(a, b, shape?.out);
}

function sameExit(a: MergeCall, b: MergeCall, shape: HalfShape | undefined): boolean {
  const batchA = a.exitIn!.batch;
  const batchB = b.exitIn!.batch;
  const indexA = a.exit - a.exitIn!.base;
  const indexB = b.exit - b.exitIn!.base;
  const retA = batchA.ret[indexA];
  const retB = batchB.ret[indexB];
  // privcmd cuts a result to 32 bits.
  if (!Number.isNaN(retA) && !Number.isNaN(retB) && (retA | 0) !== (retB | 0)) return false;
  return sameHalf(batchA, indexA, batchB, indexB, shape);
}

/** Whether two payloads agree on everything that both hold. */
function sameHalf(
  a: EventBatch,
  indexA: number,
  b: EventBatch,
  indexB: number,
  shape: HalfShape | undefined,
): boolean {
  if (shape === undefined) return true;
  const { words } = a;
  const others = b.words;
  const atA = a.payload[indexA];
  const atB = b.payload[indexB];
  if (words[atA] !== Recorded.fields || others[atB] !== Recorded.fields) return true;
  if (words[atA + 2] !== others[atB + 2] || words[atA + 3] !== others[atB + 3]) return false;
  const rows = Math.min(words[atA + 1], others[atB + 1]);
  for (let row = 0; row < rows; row++) {
    const offset = ROWS_AT + row * shape.rowWords;
    if (!sameRow(words, atA + offset, others, atB + offset, shape.fields.length)) return false;
  }
  return sameLists(words, atA, others, atB, shape);
}

function sameRow(words: Int32Array, atA: number, others: Int32Array, atB: number, fields: number): boolean {
  const both = words[atA] & others[atB];
  for (let field = 0; field < fields; field++) {
    if ((both & (1 << field)) === 0) continue;
    const at = FIELDS_AT + 2 * field;
    if (words[atA + at] !== others[atB + at] || words[atA + at + 1] !== others[atB + at + 1]) return false;
  }
  return true;
}

function sameLists(
  words: Int32Array,
  atA: number,
  others: Int32Array,
  atB: number,
  shape: HalfShape,
): boolean {
  let listA = atA + ROWS_AT + words[atA + 1] * shape.rowWords;
  let listB = atB + ROWS_AT + others[atB + 1] * shape.rowWords;
  for (let list = 0; list < shape.lists.length; list++) {
    const length = 2 * Math.min(words[listA + 1], others[listB + 1]);
    for (let word = ELEMENTS_AT; word < ELEMENTS_AT + length; word++) {
      if (words[listA + word] !== others[listB + word]) return false;
    }
    listA += ELEMENTS_AT + 2 * words[listA + 1];
    listB += ELEMENTS_AT + 2 * others[listB + 1];
  }
  return true;
}
