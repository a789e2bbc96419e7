import { argumentShapeOf, type HalfShape } from "../events/argument-shape.ts";
import { CallView } from "../events/call-view.ts";
import type { EventBatch } from "../events/event-batch.ts";
import { Recorded } from "../events/event-kind.ts";
import type { MergeCall } from "./merge-window.ts";

/** Tells whether calls of two logs may be one. It keeps the views through which it reads them. */
export class CallAgreement {
  private readonly a = new CallView();
  private readonly b = new CallView();

  /** Whether nothing that both logs hold of two calls differs: hypercall, domain, thread, arguments and results. */
  mayBeOne(a: MergeCall, b: MergeCall): boolean {
    if (a.nr !== b.nr || (a.cmd !== b.cmd && a.cmd >= 0 && b.cmd >= 0)) return false;
    if (a.pid !== b.pid && a.pid >= 0 && b.pid >= 0) return false;
    const from = a.enterIn;
    const to = b.enterIn;
    if (from === null || to === null) return false;
    const indexA = a.enter - from.base;
    const indexB = b.enter - to.base;
    if (from.batch.start[indexA] !== to.batch.start[indexB]) return false;
    const domidA = from.batch.domid[indexA];
    const domidB = to.batch.domid[indexB];
    if (domidA !== domidB && domidA >= 0 && domidB >= 0) return false;
    const shape = argumentShapeOf(a.nr, Math.max(a.cmd, b.cmd));
    return this.sameHalf(from.batch, indexA, to.batch, indexB, shape?.in) && this.sameExit(a, b, shape?.out);
  }

  private sameExit(a: MergeCall, b: MergeCall, half: HalfShape | undefined): boolean {
    const from = a.exitIn;
    const to = b.exitIn;
    if (from === null || to === null) return true;
    const indexA = a.exit - from.base;
    const indexB = b.exit - to.base;
    const retA = from.batch.ret[indexA];
    const retB = to.batch.ret[indexB];
    // privcmd cuts a result to 32 bits.
    if (!Number.isNaN(retA) && !Number.isNaN(retB) && (retA | 0) !== (retB | 0)) return false;
    return this.sameHalf(from.batch, indexA, to.batch, indexB, half);
  }

  /** Whether two payloads agree on everything that both hold. */
  private sameHalf(
    batchA: EventBatch,
    indexA: number,
    batchB: EventBatch,
    indexB: number,
    half: HalfShape | undefined,
  ): boolean {
    if (half === undefined) return true;
    const { a, b } = this;
    a.loadRow(batchA, indexA, half);
    b.loadRow(batchB, indexB, half);
    if (a.recorded !== Recorded.fields || b.recorded !== Recorded.fields) return true;
    if (!sameValue(a, a.countAt, b, b.countAt)) return false;
    const rows = Math.min(a.rows, b.rows);
    for (let row = 0; row < rows; row++) if (!sameRow(a, b, row, half.fields.length)) return false;
    for (let list = 0; list < half.lists.length; list++) if (!sameList(a, b, list)) return false;
    return true;
  }
}

function sameRow(a: CallView, b: CallView, row: number, fields: number): boolean {
  for (let field = 0; field < fields; field++) {
    if (!a.has(row, field) || !b.has(row, field)) continue;
    if (!sameValue(a, a.fieldAt(row, field), b, b.fieldAt(row, field))) return false;
  }
  return true;
}

function sameList(a: CallView, b: CallView, list: number): boolean {
  const length = Math.min(a.listLength(list), b.listLength(list));
  if (length === 0) return true;
  const atA = a.elementAt(list, 0);
  const atB = b.elementAt(list, 0);
  for (let word = 0; word < 2 * length; word++) if (a.words[atA + word] !== b.words[atB + word]) return false;
  return true;
}

/** Whether the 64-bit values at two places are equal. */
function sameValue(a: CallView, atA: number, b: CallView, atB: number): boolean {
  return a.words[atA] === b.words[atB] && a.words[atA + 1] === b.words[atB + 1];
}
