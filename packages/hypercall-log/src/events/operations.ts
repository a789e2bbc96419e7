import { argumentShapeOf } from "./argument-shape.ts";
import type { CallView } from "./call-view.ts";
import type { EventBatch } from "./event-batch.ts";
import { EventKind } from "./event-kind.ts";

/**
 * Operations of one event: what a call asks for, counted at its enter; 1 for an entry of the guest's own table or a
 * DMA; none for all others. `scratch` is a view that the caller keeps for this.
 */
export function operationsOf(batch: EventBatch, row: number, scratch: CallView): number {
  const kind = batch.kind[row];
  if (kind === EventKind.guestP2m || kind === EventKind.dma) return 1;
  if (kind !== EventKind.enter) return 0;
  scratch.loadRow(batch, row, argumentShapeOf(batch.nr[row], batch.cmd[row])?.in);
  return scratch.operations;
}
