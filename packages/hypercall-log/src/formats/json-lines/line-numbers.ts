import { NUMBERED_RECORDERS_MAX } from "../../limits.ts";

/** No recorder of lines without a domid is told apart from another. */
const NO_DOMID = -1;

/**
 * Follows the numbers that recorders give their lines (`"n"`, from 0), one recorder a domain: a number that comes late
 * says how many lines were lost on the way. A number that goes back is another life of the recorder.
 */
export class LineNumbers {
  /** The next number, by the domid that the recorder's lines carry. */
  private readonly next = new Map<number, number>();

  /** Whether any line had a number. */
  get seen(): boolean {
    return this.next.size > 0;
  }

  /** Lines that are missing before line `number` of the recorder of `domid` (-1: its lines carry none). */
  missingBefore(domid: number, number: number): number {
    const expected = this.next.get(domid) ?? this.next.get(NO_DOMID) ?? 0;
    if (this.next.size < NUMBERED_RECORDERS_MAX || this.next.has(domid)) this.next.set(domid, number + 1);
    if (domid !== NO_DOMID) this.next.delete(NO_DOMID);
    return Math.max(0, number - expected);
  }

  /** As missingBefore, of a line that may be any recorder's: only the one whose turn it is can be told. */
  take(number: number): void {
    for (const [domid, expected] of this.next) {
      if (expected !== number) continue;
      this.next.set(domid, number + 1);
      return;
    }
  }

  /** Whether line `number` of a recorder whose lines were seen before is its next one. */
  isNext(domid: number, number: number): boolean {
    return this.next.get(domid) === number;
  }

  /** After `isNext`: the line is taken. */
  advance(domid: number, number: number): void {
    this.next.set(domid, number + 1);
  }

  /** A header whose line has this number: lines with a domid or without one follow it. */
  header(number: number): void {
    this.next.set(NO_DOMID, number + 1);
  }
}
