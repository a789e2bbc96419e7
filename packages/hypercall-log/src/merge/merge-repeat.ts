import { DmaView } from "../events/dma-view.ts";
import type { EventBatch } from "../events/event-batch.ts";
import { EventKind } from "../events/event-kind.ts";
import { MERGE_MATCH_SECONDS, MERGE_REPEATS_EVENTS } from "../limits.ts";

const FIRST_SEED = 0x811c9dc5 | 0;
const SECOND_SEED = 0x2545f491;
const FIRST_FACTOR = 0x01000193;
const SECOND_FACTOR = 0x5bd1e995;

/**
 * Finds what two logs both say of the guest itself: DMAs, and updates of its p2m table. They have no numbers that would
 * hold them together, as calls have; the same event of the same thread in the other log, at about the same time, is the
 * same one. Each event stands for one of the other log at most, so that what happens twice counts twice.
 */
export class RepeatFinder {
  /** The keys of the last events that went into the merged log: a ring. */
  private readonly first = new Int32Array(MERGE_REPEATS_EVENTS);
  private readonly second = new Int32Array(MERGE_REPEATS_EVENTS);
  private readonly time = new Float64Array(MERGE_REPEATS_EVENTS);
  /** Which log an event of the ring is from; -1: the slot is free, or the other log's copy was met. */
  private readonly log = new Int8Array(MERGE_REPEATS_EVENTS).fill(-1);
  private readonly waiting = [0, 0];
  private readonly dma = new DmaView();
  private next = 0;
  private keyA = 0;
  private keyB = 0;

  /** Whether row `index`, at `time` by the common clock, repeats an event of the other log. `log`: 0 or 1. */
  isRepeat(batch: EventBatch, index: number, log: 0 | 1, time: number): boolean {
    const kind = batch.kind[index];
    if (kind !== EventKind.dma && kind !== EventKind.guestP2m) return false;
    this.takeKey(batch, index);
    const other = 1 - log;
    if (this.waiting[other] > 0) {
      const at = this.find(other, time);
      if (at >= 0) {
        this.log[at] = -1;
        this.waiting[other]--;
        return true;
      }
    }
    this.remember(log, time);
    return false;
  }

  private remember(log: 0 | 1, time: number): void {
    const at = this.next;
    if (this.log[at] >= 0) this.waiting[this.log[at]]--;
    this.first[at] = this.keyA;
    this.second[at] = this.keyB;
    this.time[at] = time;
    this.log[at] = log;
    this.waiting[log]++;
    this.next = (at + 1) % MERGE_REPEATS_EVENTS;
  }

  /** Slot of the newest event of `log` that has the key of the event under way; -1: there is none. */
  private find(log: number, time: number): number {
    for (let back = 1; back <= MERGE_REPEATS_EVENTS; back++) {
      const at = (this.next - back + MERGE_REPEATS_EVENTS) % MERGE_REPEATS_EVENTS;
      if (time - this.time[at] > 2 * MERGE_MATCH_SECONDS) return -1;
      if (this.log[at] !== log || this.first[at] !== this.keyA || this.second[at] !== this.keyB) continue;
      if (!(Math.abs(time - this.time[at]) > MERGE_MATCH_SECONDS)) return at;
    }
    return -1;
  }

  /** A key of what the event says: two hashes, so that different events are not taken for one. */
  private takeKey(batch: EventBatch, index: number): void {
    this.keyA = FIRST_SEED;
    this.keyB = SECOND_SEED;
    this.addWord(batch.kind[index]);
    this.addWord(batch.pid[index]);
    if (batch.kind[index] !== EventKind.dma) {
      this.addWords(batch.words, batch.payload[index], batch.payloadEnd(index));
      return;
    }
    // How much of a list was printed is the recorder's matter, not the event's.
    const { dma } = this;
    dma.load(batch, index);
    this.addWord(dma.isUnmap ? 1 : 0);
    this.addWord(dma.direction);
    this.addWord(dma.dev);
    this.addWord(dma.segments);
    this.addWords(dma.words, dma.segmentsAt, dma.segmentsEnd);
  }

  private addWords(words: Int32Array, from: number, end: number): void {
    for (let at = from; at < end; at++) this.addWord(words[at]);
  }

  private addWord(word: number): void {
    this.keyA = Math.imul(this.keyA ^ word ^ (word >>> 15), FIRST_FACTOR);
    this.keyB = Math.imul(this.keyB + (word ^ (this.keyB >>> 13)), SECOND_FACTOR) ^ (word << 7);
  }
}
