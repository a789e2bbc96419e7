import type { HeadDomain } from "../head/page-head.ts";
import { type DomainRows, rowAt } from "./domain-rows.ts";

/** A bank or region that is drawn as a whole. */
export interface Span {
  readonly name: string;
  readonly gfn: number;
  readonly count: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where frames stand. Heights are in the axis' own unit. */
export interface FrameAxis {
  readonly kind: "changed" | "all";
  readonly total: number;
  /** By row of the map, rising. */
  readonly top: Float64Array;
  readonly bottom: Float64Array;
  /** Banks and regions; only where all addresses are shown. */
  readonly spans: readonly Span[];
  /** The lane of frames that only DMA touched; null: none. */
  readonly lane: { readonly top: number; readonly bottom: number } | null;
}

/** Rows above this number are drawn closer together. */
export const ROWS_APART = 80;
const GAP = { few: 0.38, many: 0.08 };
const LANE_GAP = 0.42;
const LANE = 0.8;
/** Of many rows: parts of their height. */
const LANE_GAP_SHARE = 0.012;
const LANE_SHARE = 0.055;
/** Least share of the height that a bank or region takes, and what a gap between two of them takes. */
const SPAN_MIN = 0.03;
const SPAN_GAP = 0.022;

/** One row for each row of the map, gaps between them drawn thin. */
export function changedAxis(rows: DomainRows, hasLane: boolean): FrameAxis {
  const many = rows.length > ROWS_APART;
  const gap = many ? GAP.many : GAP.few;
  const top = new Float64Array(rows.length);
  const bottom = new Float64Array(rows.length);
  let at = 0;
  for (let row = 0; row < rows.length; row++) {
    if (row > 0 && rows.gfn[row - 1] + rows.count[row - 1] !== rows.gfn[row]) at += gap;
    const size = Math.log2(rows.count[row]);
    top[row] = at;
    at += many ? Math.min(6, 1 + 0.4 * size) : 1 + Math.min(1.2, 0.12 * size);
    bottom[row] = at;
  }
  if (!hasLane) return { kind: "changed", total: at === 0 ? 1 : at, top, bottom, spans: [], lane: null };
  const laneTop = at + (at === 0 ? 0 : Math.max(LANE_GAP, at * LANE_GAP_SHARE));
  const lane = { top: laneTop, bottom: laneTop + Math.max(LANE, at * LANE_SHARE) };
  return { kind: "changed", total: lane.bottom, top, bottom, spans: [], lane };
}

/** All addresses: banks and regions in order, linear inside of each, what lies between them drawn thin. */
export function allAxis(rows: DomainRows, domain: HeadDomain): FrameAxis {
  const spans = placedSpans(rows, domain);
  const top = new Float64Array(rows.length);
  const bottom = new Float64Array(rows.length);
  let span = 0;
  for (let row = 0; row < rows.length; row++) {
    const gfn = rows.gfn[row];
    while (span < spans.length - 1 && gfn >= spans[span].gfn + spans[span].count) span++;
    top[row] = heightIn(spans[span], gfn);
    bottom[row] = heightIn(spans[span], gfn + rows.count[row]);
  }
  const total = spans.at(-1)?.bottom ?? 1;
  return { kind: "all", total, top, bottom, spans, lane: null };
}

/** Height of a frame; null: it is not on the axis. */
export function heightOf(axis: FrameAxis, rows: DomainRows, gfn: number): number | null {
  const row = rowAt(rows, gfn);
  if (row >= 0) {
    const share = (gfn - rows.gfn[row]) / rows.count[row];
    return axis.top[row] + (axis.bottom[row] - axis.top[row]) * share;
  }
  const span = axis.spans.find((one) => gfn >= one.gfn && gfn < one.gfn + one.count);
  return span === undefined ? null : heightIn(span, gfn);
}

function heightIn({ gfn, count, top, bottom }: Span, frame: number): number {
  return top + (bottom - top) * Math.max(0, Math.min(1, (frame - gfn) / count));
}

function placedSpans(rows: DomainRows, domain: HeadDomain): Span[] {
  const named = [
    ...domain.ram.map(({ gfn, count }, index) => ({ name: `RAM bank ${index}`, gfn, count })),
    ...domain.regions.filter(({ name }) => name !== "swiotlb"),
  ];
  const known = named.sort((a, b) => a.gfn - b.gfn);
  const spans = [...known, ...strayRows(rows, known)].sort((a, b) => a.gfn - b.gfn);
  const all = spans.reduce((sum, { count }) => sum + count, 0);
  const placed: Span[] = [];
  let at = 0;
  for (const { name, gfn, count } of spans) {
    const before = placed.at(-1);
    if (before !== undefined && gfn > before.gfn + before.count) at += SPAN_GAP;
    const bottom = at + Math.max(SPAN_MIN, count / all);
    placed.push({ name, gfn, count, top: at, bottom });
    at = bottom;
  }
  return placed;
}

/** Rows that lie in no bank or region, neighbours as one. */
function strayRows(rows: DomainRows, known: readonly { gfn: number; count: number }[]) {
  const stray: { name: string; gfn: number; count: number }[] = [];
  let next = 0;
  for (let row = 0; row < rows.length; row++) {
    const gfn = rows.gfn[row];
    while (next < known.length && gfn >= known[next].gfn + known[next].count) next++;
    if (next < known.length && gfn >= known[next].gfn) continue;
    const last = stray.at(-1);
    if (last !== undefined && gfn - (last.gfn + last.count) < STRAY_GAP)
      last.count = gfn + rows.count[row] - last.gfn;
    else stray.push({ name: "outside of RAM", gfn, count: rows.count[row] });
  }
  return stray;
}

/** Frames between two stray rows up to which they are drawn as one. */
const STRAY_GAP = 1 << 12;
