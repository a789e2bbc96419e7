import { expect, test } from "vitest";
import { EventBatch } from "../../src/events/event-batch.ts";
import { EventKind } from "../../src/events/event-kind.ts";
import { giveBack, takeBatch } from "../../src/events/spare-batches.ts";
import { SPARE_BATCH_BYTES_MAX, SPARE_BATCHES_MAX } from "../../src/limits.ts";

/** Batches until no spare one is left. */
function takeAll(): EventBatch[] {
  return Array.from({ length: SPARE_BATCHES_MAX }, takeBatch);
}

test("a batch that was given back comes again, with its memory, and says nothing of its earlier events", () => {
  takeAll();
  const batch = new EventBatch();
  for (let i = 0; i < 5000; i++) {
    const row = batch.add(EventKind.dma, i);
    batch.time[row] = i;
    batch.cpu[row] = 3;
    batch.source[row] = 2;
    batch.pushNumber(i);
  }
  const rows = batch.kind.length;
  giveBack(batch);
  const again = takeBatch();
  expect(again).toBe(batch);
  expect([again.length, again.wordsUsed, again.kind.length]).toEqual([0, 0, rows]);
  const row = again.add(EventKind.mark, 1);
  expect([again.time[row], again.cpu[row], again.source[row]]).toEqual([Number.NaN, -1, 0]);
});

test("no more batches are kept than a thread needs, none that is large, and none in another's memory", () => {
  takeAll();
  const large = new EventBatch();
  large.reserve(SPARE_BATCH_BYTES_MAX / 4);
  const moved = new EventBatch();
  moved.moveTo(new ArrayBuffer(1 << 20), 64, 1000, 1000);
  giveBack(large);
  giveBack(moved);
  const small = Array.from({ length: SPARE_BATCHES_MAX + 1 }, () => new EventBatch());
  for (const batch of small) giveBack(batch);
  const taken = takeAll();
  expect(new Set(taken)).toEqual(new Set(small.slice(0, SPARE_BATCHES_MAX)));
  expect(small).not.toContain(takeBatch());
});
