import {
  argumentShapeOf,
  ELEMENTS_AT,
  type EventBatch,
  EventKind,
  Recorded,
  ROWS_AT,
  u64At,
} from "@xgt/hypercall-log";

/**
 * Operations of one event: extents, grant ops, batch items; 1 for any other call, and for an entry of the guest's own
 * table or a DMA. Exits and other events are none.
 */
export function operationsOf(batch: EventBatch, row: number): number {
  const kind = batch.kind[row];
  if (kind === EventKind.guestP2m || kind === EventKind.dma) return 1;
  if (kind !== EventKind.enter) return 0;
  const shape = argumentShapeOf(batch.nr[row], batch.cmd[row]);
  const { words } = batch;
  const at = batch.payload[row];
  if (shape === undefined || batch.payloadEnd(row) - at < ROWS_AT) return 1;
  if (shape.subOp.argument === "rows") return words[at] === Recorded.nothing ? 1 : u64At(words, at + 2);
  if (words[at] !== Recorded.fields) return 1;
  let most = 1;
  let list = at + ROWS_AT + words[at + 1] * shape.in.rowWords;
  for (let i = 0; i < shape.in.lists.length; i++) {
    most = Math.max(most, words[list + 1]);
    list += ELEMENTS_AT + 2 * words[list + 1];
  }
  return most;
}
