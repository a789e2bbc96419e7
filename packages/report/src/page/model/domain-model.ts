import type { HeadDomain } from "../../head/page-head.ts";
import { type DomainRows, domainRows, type MarkedRange, rowAt } from "../../map/domain-rows.ts";
import { allAxis, changedAxis, type FrameAxis } from "../../map/frame-axis.ts";
import { type Grouped, grouped } from "../../map/grouped.ts";
import { lowerBound, NearSearch } from "../../map/search-sorted.ts";
import { secondsAxis, stepsAxis, type TimeAxis } from "../../map/time-axis.ts";
import { EMPTY, FrameKind } from "./frame-kinds.ts";
import type { RunModel } from "./run-model.ts";

const noFrames = { own: 0, hole: 0, grant: 0, foreign: 0, xen: 0, mmio: 0, identity: 0, unknown: 0 };
/** Frames of one DMA or entry that are looked for among the rows. */
const ROWS_OF_ONE_MAX = 1 << 18;

/** A domain of a run: its rows, and what touched them. */
export class DomainModel {
  readonly run: RunModel;
  readonly head: HeadDomain;
  readonly rows: DomainRows;
  /** Rows of the table of DMA, and of that of the guest's entries, by row of the map. */
  readonly transfers: Grouped;
  readonly entries: Grouped;
  /** DMA of frames that have no row. */
  readonly otherTransfers: Int32Array;
  /** Event that ended each DMA map, by row of the table; -1: none. */
  readonly released: Int32Array;
  /** By row of the table of DMA: 1, the device used a wrong frame. */
  readonly wrongTransfers: Uint8Array;
  private readonly search: NearSearch;
  private steps: TimeAxis | undefined;
  private seconds: TimeAxis | undefined;
  private changed: FrameAxis | undefined;
  private all: FrameAxis | undefined;

  constructor(run: RunModel, domid: number) {
    this.run = run;
    this.head = run.head.domains.find((one) => one.domid === domid) ?? {
      ...{ domid, mode: "unknown", ram: [], regions: [], frames: noFrames, handlesLive: 0 },
    };
    const { dma, entries, releases } = run.tables;
    this.rows = this.allRows();
    this.search = new NearSearch(this.rows.gfn);
    this.entries = this.byRow(entries, entries.count, () => {});
    const others: number[] = [];
    this.transfers = this.byRow(dma, dma.pages, (transfer) => others.push(transfer));
    this.otherTransfers = Int32Array.from(others);
    this.released = new Int32Array(dma.event.length).fill(-1);
    this.wrongTransfers = this.wrong();
    for (let i = 0; i < releases.event.length; i++) this.released[releases.dma[i]] = releases.event[i];
  }

  get domid(): number {
    return this.head.domid;
  }

  /** Row of a frame; -1: none. */
  rowAt(gfn: number): number {
    return rowAt(this.rows, gfn);
  }

  /** Whether a frame lies in a bank. */
  isRam(gfn: number): boolean {
    return this.head.ram.some((bank) => gfn >= bank.gfn && gfn < bank.gfn + bank.count);
  }

  /** What a frame held at the start, by what the log says of the domain. */
  startKind(gfn: number): number {
    if (this.isRam(gfn)) return FrameKind.own;
    return this.regionAt(gfn)?.name === "extended" ? FrameKind.hole : FrameKind.unknown;
  }

  /** A kind as it is shown at a frame: a hole outside of RAM is nothing remarkable. */
  shownKind(kind: number, gfn: number): number {
    return kind === FrameKind.hole && !this.isRam(gfn) ? EMPTY : kind;
  }

  /** Kind of a row before its first change. */
  firstKind(row: number): number {
    const { first, items } = this.rows.history;
    if (first[row] === first[row + 1]) return this.startKind(this.rows.gfn[row]);
    return this.run.tables.changes.from[items[first[row]]];
  }

  /** "RAM bank 0", "extended region". */
  placeOf(gfn: number): string {
    const bank = this.head.ram.findIndex((one) => gfn >= one.gfn && gfn < one.gfn + one.count);
    if (bank >= 0) return `RAM bank ${bank}`;
    const name = this.regionAt(gfn)?.name;
    if (name === undefined) return this.head.ram.length === 0 ? "RAM not known" : "outside of RAM";
    return name === "extended" ? "extended region" : name;
  }

  timeAxis(kind: TimeAxis["kind"]): TimeAxis {
    if (kind === "seconds") {
      this.seconds ??= secondsAxis(this.run.tables.events.time);
      return this.seconds;
    }
    this.steps ??= stepsAxis(this.matters());
    return this.steps;
  }

  frameAxis(kind: FrameAxis["kind"]): FrameAxis {
    if (kind === "all") {
      this.all ??= allAxis(this.rows, this.head);
      return this.all;
    }
    const hasLane = this.otherTransfers.length > 0 || this.run.partner?.head.hasDma === true;
    this.changed ??= changedAxis(this.rows, hasLane);
    return this.changed;
  }

  /** Each DMA that was found wrong, the first time and again. */
  private wrong(): Uint8Array {
    const { run, domid } = this;
    const { dma, hits } = run.tables;
    const wrong = new Uint8Array(dma.event.length);
    for (let hit = 0; hit < hits.number.length; hit++) {
      if (hits.dma[hit] === 0 || hits.domid[hit] !== domid) continue;
      const event = run.exactRowOf(hits.number[hit]);
      if (event < 0) continue;
      const [first, end] = [hits.gfn[hit], hits.gfn[hit] + hits.count[hit]];
      for (let i = lowerBound(dma.event, event); i < dma.event.length && dma.event[i] === event; i++) {
        if (dma.gfn[i] < end && dma.gfn[i] + dma.pages[i] > first) wrong[i] = 1;
      }
    }
    return wrong;
  }

  private regionAt(gfn: number) {
    return this.head.regions.find(
      (region) => region.name !== "swiotlb" && gfn >= region.gfn && gfn < region.gfn + region.count,
    );
  }

  /** What is about frames, sorted by the rows that it is about; `other` is told what is about none. */
  private byRow(
    table: { readonly domid: ArrayLike<number>; readonly gfn: ArrayLike<number> },
    counts: ArrayLike<number>,
    other: (item: number) => void,
  ): Grouped {
    const { rows, search } = this;
    let isFirst = true;
    const sorted = grouped(rows.length, (tell) => {
      for (let item = 0; item < table.gfn.length; item++) {
        const gfn = table.gfn[item];
        if (table.domid[item] !== this.head.domid || gfn < 0) continue;
        const end = gfn + Math.min(ROWS_OF_ONE_MAX, counts[item]);
        let row = search.atOrBefore(gfn);
        if (row < 0 || gfn >= rows.gfn[row] + rows.count[row]) row++;
        if (isFirst && (row >= rows.length || rows.gfn[row] >= end)) other(item);
        for (; row < rows.length && rows.gfn[row] < end; row++) tell(row, item);
      }
      isFirst = false;
    });
    return sorted;
  }

  /** Its rows. Of two runs that are compared both have the same: those of both. */
  private allRows(): DomainRows {
    const { run, domid } = this;
    const own = ownRows(run, domid);
    if (run.partner === null) return own;
    const apart = commonPieces(own, ownRows(run.partner, domid));
    return domainRows(run.tables.changes, domid, [...foundRanges(run, domid), ...apart]);
  }

  /** Events that get a step of their own: those that changed or touched a row, and those at which something was found. */
  private matters(): Uint8Array {
    const { run } = this;
    const { changes, dma, entries } = run.tables;
    const matters = new Uint8Array(run.events);
    const domid = this.head.domid;
    for (let i = 0; i < changes.event.length; i++)
      if (changes.domid[i] === domid) matters[changes.event[i]] = 1;
    for (let i = 0; i < entries.event.length; i++)
      if (entries.domid[i] === domid) matters[entries.event[i]] = 1;
    for (const transfer of this.transfers.items) {
      matters[dma.event[transfer]] = 1;
      if (this.released[transfer] >= 0) matters[this.released[transfer]] = 1;
    }
    for (const { domid: whose, severity, at, since } of run.findings) {
      if (whose !== domid || severity === "info") continue;
      for (const event of [at, since]) if (event >= 0) matters[event] = 1;
    }
    return matters;
  }
}

/** Frames that findings of a run are about. */
function foundRanges(run: RunModel, domid: number): MarkedRange[] {
  return run.findings.flatMap(({ domid: whose, gfn, count, severity }) =>
    whose === domid && gfn !== null && severity !== "info" ? [{ gfn, count, flagged: true }] : [],
  );
}

/** Rows of what changed in a run, of what was found, and of what the guest has entries for. */
function ownRows(run: RunModel, domid: number): DomainRows {
  const { changes, entries } = run.tables;
  const marked = foundRanges(run, domid);
  const rows = domainRows(changes, domid, marked);
  const search = new NearSearch(rows.gfn);
  const before = marked.length;
  for (let i = 0; i < entries.event.length; i++) {
    if (entries.domid[i] !== domid) continue;
    const [gfn, count] = [entries.gfn[i], entries.count[i]];
    const row = search.atOrBefore(gfn);
    if (row >= 0 && gfn + count <= rows.gfn[row] + rows.count[row]) continue;
    marked.push({ gfn, count, flagged: false });
  }
  return marked.length === before ? rows : domainRows(changes, domid, marked);
}

/** The rows of two runs, cut at every boundary of either. */
function commonPieces(one: DomainRows, other: DomainRows): MarkedRange[] {
  const bounds = new Set<number>();
  for (const { gfn, count, length } of [one, other]) {
    for (let row = 0; row < length; row++) bounds.add(gfn[row]).add(gfn[row] + count[row]);
  }
  const cuts = [...bounds].sort((a, b) => a - b);
  const pieces: MarkedRange[] = [];
  for (let i = 0; i + 1 < cuts.length; i++) {
    if (rowAt(one, cuts[i]) < 0 && rowAt(other, cuts[i]) < 0) continue;
    pieces.push({ gfn: cuts[i], count: cuts[i + 1] - cuts[i], flagged: false, apart: true });
  }
  return pieces;
}
