import { NOT_KNOWN, SHARED_INFO } from "./frame-kind.ts";

/**
 * Where a domain's grant-table frames and its shared_info page are mapped, and how large its grant table is. A page is
 * named by its index in the table, or by SHARED_INFO. gfn NaN: the page is placed, but nobody knows where.
 */
export class XenPages {
  /** Limit of the grant table's frames; NaN: not known. */
  readonly maxFrames: number;
  private complete: boolean;
  private doubtful = false;
  private shared: number | undefined;
  private readonly frames = new Map<number, number>();
  private readonly lost = new Set<number>();
  /** Machine frames of pages, where a grant of one told it. */
  private readonly mfns = new Map<number, number>();
  private sizeAtLeast = 1;
  private exact: boolean;

  /**
   * @param maxFrames NaN: not known.
   * @param complete What is placed before the first event is known: all of it is in `placed` and `sharedInfoPlaced`.
   * @param fromBoot The log shows the whole life of the domain, so that the table begins with one frame.
   */
  constructor(
    maxFrames: number,
    placed: readonly number[],
    sharedInfoPlaced: boolean,
    complete: boolean,
    fromBoot: boolean,
  ) {
    this.maxFrames = maxFrames;
    for (const index of placed) this.frames.set(index, Number.NaN);
    this.shared = sharedInfoPlaced ? Number.NaN : undefined;
    this.complete = complete;
    this.exact = fromBoot;
  }

  /** gfn of a page; NaN: placed at an unknown gfn; undefined: not placed as far as seen. */
  gfnOf(page: number): number | undefined {
    return page === SHARED_INFO ? this.shared : this.frames.get(page);
  }

  /** Whether a page without a gfn surely is not placed. */
  get allSeen(): boolean {
    return this.complete;
  }

  /** Whether a page that was placed at an unknown gfn may have left it: a gfn of unknown content lost what it held. */
  get inDoubt(): boolean {
    return this.doubtful;
  }

  /** Frames that the grant table has at least; exactly so many where `sizeKnown`. */
  get tableFrames(): number {
    return this.sizeAtLeast;
  }

  /** Whether `tableFrames` is exact. */
  get sizeKnown(): boolean {
    return this.exact;
  }

  /** Whether the frame's allocation reference is gone, so that no look-up finds the frame again. */
  isLost(index: number): boolean {
    return this.lost.has(index);
  }

  /** Machine frame of a page; NOT_KNOWN: no grant of it was mapped yet. */
  mfnOf(page: number): number {
    return this.mfns.get(page) ?? NOT_KNOWN;
  }

  /** A map of a grant of the page told its machine frame, which stays the same. */
  learn(page: number, mfn: number): void {
    this.mfns.set(page, mfn);
  }

  /** A page is mapped at a gfn; the table grows to hold it. */
  place(page: number, gfn: number): void {
    if (page === SHARED_INFO) this.shared = gfn;
    else {
      this.frames.set(page, gfn);
      this.grow(page + 1);
    }
  }

  /** A page keeps its gfn (NaN: an unknown one) although its mapping there was replaced. */
  keep(page: number, gfn: number): void {
    if (Number.isNaN(gfn)) this.doubtful = true;
    if (page === SHARED_INFO) this.shared = gfn;
    else this.frames.set(page, gfn);
  }

  /** A page's mapping is gone, and Xen knows that it is. */
  leave(page: number): void {
    if (page === SHARED_INFO) this.shared = undefined;
    else this.frames.delete(page);
  }

  /** The domain gave a frame's allocation reference back. */
  lose(index: number): void {
    this.lost.add(index);
  }

  /** A gfn of unknown content lost what it held: that may have been a page placed at an unknown gfn. */
  doubt(): void {
    this.doubtful = true;
  }

  /** The table has at least so many frames. */
  grow(frames: number): void {
    if (frames > this.sizeAtLeast) this.sizeAtLeast = frames;
  }

  /** Xen named the table's size. */
  learnSize(frames: number): void {
    this.grow(frames);
    this.exact = true;
  }

  /** The table may have grown, nobody knows how far. */
  loseSize(): void {
    this.exact = false;
  }

  /** Records were lost. */
  forget(): void {
    this.frames.clear();
    this.lost.clear();
    this.mfns.clear();
    this.shared = undefined;
    this.complete = false;
    this.exact = false;
  }
}
