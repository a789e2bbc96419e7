import { TRACE_PAGE_BYTES_MAX } from "../../limits.ts";
import { TraceDatError } from "./trace-dat-cursor.ts";
import type { TraceBuffer } from "./trace-dat-file.ts";
import { formatMembers } from "./trace-dat-format.ts";

/** What a ring-buffer page begins with, by tracefs's description of it. */
interface PageLayout {
  readonly commitAt: number;
  readonly commitSize: number;
  readonly dataAt: number;
}

/** Kinds of records that hold no event, and the most words of one whose kind is its length. */
const Kind = { long: 0, padding: 29, timeExtend: 30, timeStamp: 31 } as const;
const KIND_BITS = 5;
const DELTA_BITS = 27;
const WORD = 4;
/** Each page begins with its time. */
const STAMP_BYTES = 8;
/** Bits of a page's `commit` (lib/event-parse of trace-cmd, kbuffer-parse.c; kernel/trace/ring_buffer.c@L6.12). */
const COMMIT_MASK = (1 << 27) - 1;
const MISSED = 2 ** 31;
const MISSED_STORED = 2 ** 30;
/** A time stamp has 59 bits; the page's own has the rest. */
const STAMP_BITS = 59n;
const TWO_POW_32 = 4294967296;

/** The layout of pages. Throws TraceDatError where the description lacks what is needed. */
export function pageLayout(description: string): PageLayout {
  const members = formatMembers(description);
  const commit = members.find(({ name }) => name === "commit");
  const data = members.find(({ name }) => name === "data");
  if (commit === undefined || data === undefined || (commit.size !== 4 && commit.size !== 8))
    throw new TraceDatError(0, "its description of a ring-buffer page has no commit and data");
  if (data.offset < STAMP_BYTES || commit.offset + commit.size > data.offset)
    throw new TraceDatError(0, "its description of a ring-buffer page has commit behind its data");
  return { commitAt: commit.offset, commitSize: commit.size, dataAt: data.offset };
}

/** The records of one CPU's ring buffer, in their order. */
export class TraceBufferReader {
  readonly buffer: TraceBuffer;
  /** The buffer's pages. */
  readonly view: DataView;
  /** The record under way: when (nanoseconds after the origin), and its bytes among the buffer's pages. */
  time = 0;
  start = 0;
  end = 0;
  /** Events that the ring buffer lost before this record; one at least where it does not know how many. */
  lost = 0;
  private readonly layout: PageLayout;
  private readonly origin: bigint;
  private readonly problem: (offset: number, message: string) => void;
  private nextPage = 0;
  /** What is left of the page under way. */
  private at = 0;
  private pageEnd = 0;
  private pageStamp = 0n;

  /** `origin`: nanoseconds from which times are told, so that they fit a double. */
  constructor(
    buffer: TraceBuffer,
    layout: PageLayout,
    origin: bigint,
    problem: (offset: number, message: string) => void,
  ) {
    this.buffer = buffer;
    this.layout = layout;
    this.origin = origin;
    this.problem = problem;
    const { pages } = buffer;
    this.view = new DataView(pages.buffer, pages.byteOffset, pages.length);
    const least = layout.dataAt + WORD;
    if (buffer.pageSize < least || buffer.pageSize > TRACE_PAGE_BYTES_MAX || buffer.pageSize % WORD !== 0) {
      problem(buffer.offset, `CPU ${buffer.cpu} has pages of ${buffer.pageSize} bytes`);
      this.nextPage = pages.length;
    }
  }

  /** Offset in the file of the record under way. */
  get offset(): number {
    return this.offsetOf(this.start);
  }

  /** Goes to the next record. False: there is none. */
  next(): boolean {
    this.lost = 0;
    for (;;) {
      while (this.at + WORD > this.pageEnd) {
        if (!this.beginPage()) return false;
      }
      if (this.readRecord()) return true;
    }
  }

  private beginPage(): boolean {
    const { pageSize, pages } = this.buffer;
    const page = this.nextPage;
    if (page + this.layout.dataAt + WORD > pages.length) return false;
    this.nextPage = page + pageSize;
    const end = Math.min(page + pageSize, pages.length);
    const commit = this.view.getUint32(page + this.layout.commitAt, true);
    const size = commit & COMMIT_MASK;
    this.at = page + this.layout.dataAt;
    this.pageEnd = this.at + size;
    if (this.pageEnd > end) {
      this.problem(
        this.offsetOf(page),
        `a page of CPU ${this.buffer.cpu} holds ${size} bytes, more than it has`,
      );
      this.pageEnd = this.at;
      return true;
    }
    this.pageStamp = this.view.getBigUint64(page, true);
    this.time = Number(this.pageStamp - this.origin);
    if (commit >= MISSED) this.lost += this.missedCount(commit, end);
    return true;
  }

  /** Events lost before the page: stored behind its records where there was room. */
  private missedCount(commit: number, end: number): number {
    if ((commit & MISSED_STORED) === 0 || this.pageEnd + WORD > end) return 1;
    const high =
      this.layout.commitSize === 8 && this.pageEnd + 2 * WORD <= end
        ? this.view.getInt32(this.pageEnd + WORD, true)
        : 0;
    const count = high * TWO_POW_32 + this.view.getUint32(this.pageEnd, true);
    return Number.isSafeInteger(count) && count > 0 ? count : 1;
  }

  /** Reads what stands at `at`. False: no event. */
  private readRecord(): boolean {
    const head = this.view.getUint32(this.at, true);
    const kind = head & ((1 << KIND_BITS) - 1);
    const delta = head >>> KIND_BITS;
    const second = this.at + 2 * WORD <= this.pageEnd ? this.view.getUint32(this.at + WORD, true) : 0;
    if (kind === Kind.timeStamp) {
      const stamp = (BigInt(second) << BigInt(DELTA_BITS)) | BigInt(delta);
      this.time = Number(((this.pageStamp >> STAMP_BITS) << STAMP_BITS) + stamp - this.origin);
      this.at += 2 * WORD;
      return false;
    }
    if (kind === Kind.timeExtend) {
      this.time += second * 2 ** DELTA_BITS + delta;
      this.at += 2 * WORD;
      return false;
    }
    if (kind === Kind.padding && delta === 0) {
      this.at = this.pageEnd;
      return false;
    }
    this.time += delta;
    // A long record and a discarded one say their length, which counts that word itself.
    const isSaid = kind === Kind.long || kind === Kind.padding;
    this.start = this.at + (isSaid ? 2 : 1) * WORD;
    const size = isSaid ? second - WORD : kind * WORD;
    this.end = this.start + size;
    if (size < 0 || this.end > this.pageEnd) {
      this.problem(
        this.offsetOf(this.at),
        `a record of ${size} bytes does not fit its page: the page's rest is left out`,
      );
      this.at = this.pageEnd;
      return false;
    }
    this.at = this.start + Math.ceil(size / WORD) * WORD;
    return kind !== Kind.padding;
  }

  private offsetOf(at: number): number {
    return this.buffer.isPacked ? this.buffer.offset : this.buffer.offset + at;
  }
}
