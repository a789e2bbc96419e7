import { type EventBatch, u64At } from "./event-batch.ts";

/** Records that a lost event stands for, exact below 2^53. */
export function lostCount(batch: EventBatch, row: number): number {
  return u64At(batch.words, lostCountAt(batch, row));
}

/** Where the two words of a lost event's count lie in the batch's words. */
export function lostCountAt(batch: EventBatch, row: number): number {
  return batch.payload[row];
}

/** Writes the payload of a batch's newest event, `count` lost records: a safe integer. */
export function writeLost(batch: EventBatch, count: number): void {
  batch.pushNumber(count);
}

/** As writeLost, of a count in two words. */
export function writeLostWords(batch: EventBatch, low: number, high: number): void {
  batch.pushU64(low, high);
}

/** The `DomainChange` of a domain event. */
export function domainChange(batch: EventBatch, row: number): number {
  return batch.words[batch.payload[row]];
}

/** Writes the payload of a batch's newest event, what became of a domain: a `DomainChange`. */
export function writeDomainChange(batch: EventBatch, change: number): void {
  batch.pushWord(change);
}

/** Index of a mark's text in the run's strings. */
export function markText(batch: EventBatch, row: number): number {
  return batch.words[batch.payload[row]];
}

/** Writes the payload of a batch's newest event, a mark: the index of its text. */
export function writeMark(batch: EventBatch, text: number): void {
  batch.pushWord(text);
}

/** Gives the text of a mark another number. */
export function setMarkText(batch: EventBatch, row: number, text: number): void {
  batch.words[batch.payload[row]] = text;
}
