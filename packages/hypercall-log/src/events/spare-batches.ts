import { SPARE_BATCH_BYTES_MAX, SPARE_BATCHES_MAX } from "../limits.ts";
import { EventBatch } from "./event-batch.ts";

const spare: EventBatch[] = [];

/** An empty batch: one that was given back, or a new one. Many short logs would fill memory with batches that are garbage soon. */
export function takeBatch(): EventBatch {
  return spare.pop() ?? new EventBatch();
}

/** Gives a batch back that nobody uses any more. One that is large, or lies in another's memory, is left to the runtime. */
export function giveBack(batch: EventBatch): void {
  if (spare.length >= SPARE_BATCHES_MAX || !(batch.ownBytes <= SPARE_BATCH_BYTES_MAX)) return;
  batch.clear();
  spare.push(batch);
}
