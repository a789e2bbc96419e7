import type { FrameAxis } from "../../map/frame-axis.ts";
import { lowerBound, upperBound } from "../../map/search-sorted.ts";
import type { TimeAxis } from "../../map/time-axis.ts";
import type { Counter } from "../model/counters.ts";
import type { DomainModel } from "../model/domain-model.ts";
import type { ModelFinding } from "../model/run-model.ts";
import type { PageState, View } from "../state/page-state.ts";
import type { Palette } from "./palette.ts";
import type { Patterns } from "./patterns.ts";

/** Left of the rows: minimap and labels. */
export const GUTTER = 156;
export const LABEL_AT = 24;
/** Above the rows: marks and ticks. */
export const HEAD = 62;
export const MARGIN = 10;
/** Height of a counter's lane. */
export const COUNTER = 34;
/** Share of the map's height that counters may take. */
const COUNTERS_SHARE = 0.3;
/** Greatest height of one unit of the axis: few rows do not fill the map. */
const UNIT_MAX = 92;

export const fonts = {
  mono: '11px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace',
  monoBold: '600 11px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace',
  sans: '11.5px system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif',
} as const;

/** A finding where it can be clicked. */
export interface HotSpot {
  readonly x: number;
  readonly y: number;
  readonly finding: ModelFinding;
}

/** What a map shows, and where. */
export class Scene {
  readonly context: CanvasRenderingContext2D;
  readonly domain: DomainModel;
  readonly time: TimeAxis;
  readonly frames: FrameAxis;
  readonly view: View;
  readonly state: Pick<PageState, "gfn" | "event" | "shown">;
  readonly counters: readonly Counter[];
  readonly palette: Palette;
  readonly patterns: Patterns;
  readonly width: number;
  readonly height: number;
  /** Height of all rows together, and what is free for them. */
  readonly rowsHeight: number;
  readonly free: number;
  readonly hot: HotSpot[] = [];

  constructor(parts: Omit<Scene, "rowsHeight" | "free" | "hot" | keyof SceneMethods>) {
    this.context = parts.context;
    this.domain = parts.domain;
    this.time = parts.time;
    this.frames = parts.frames;
    this.view = parts.view;
    this.state = parts.state;
    // In a low map the rows come first.
    this.counters = parts.counters.slice(
      0,
      Math.max(1, Math.floor((parts.height * COUNTERS_SHARE) / COUNTER)),
    );
    this.palette = parts.palette;
    this.patterns = parts.patterns;
    this.width = parts.width;
    this.height = parts.height;
    const lanes = this.counters.length;
    this.free = Math.max(20, parts.height - HEAD - (lanes > 0 ? lanes * COUNTER + MARGIN : 0) - 4);
    const isWhole = parts.view.y0 === 0 && parts.view.y1 === parts.frames.total;
    const most = parts.frames.kind === "changed" && isWhole ? parts.frames.total * UNIT_MAX : this.free;
    this.rowsHeight = Math.min(this.free, most);
  }

  /** Where the rows begin and end. */
  get left(): number {
    return GUTTER;
  }

  get right(): number {
    return this.width - MARGIN;
  }

  /** The lower end of the part for rows. */
  get foot(): number {
    return HEAD + this.free + 4;
  }

  /** Pixels of one unit of the time axis. */
  get unit(): number {
    return (this.right - this.left) / (this.view.x1 - this.view.x0);
  }

  x(position: number): number {
    return this.left + (position - this.view.x0) * this.unit;
  }

  y(height: number): number {
    return HEAD + ((height - this.view.y0) / (this.view.y1 - this.view.y0)) * this.rowsHeight;
  }

  xOf(event: number): number {
    return this.x(this.time.position[event]);
  }

  /** Position on the time axis, and height on the frame axis, of a point. */
  positionAt(x: number): number {
    return this.view.x0 + (x - this.left) / this.unit;
  }

  heightAt(y: number): number {
    return this.view.y0 + ((y - HEAD) / this.rowsHeight) * (this.view.y1 - this.view.y0);
  }

  /** Rows that are seen: from, and up to but without. */
  get visible(): { readonly from: number; readonly to: number } {
    const from = upperBound(this.frames.bottom, this.view.y0);
    return { from, to: Math.max(from, lowerBound(this.frames.top, this.heightAt(HEAD + this.free))) };
  }

  /** Upper and lower end of a row; in a map of all addresses a row has its least height, flagged ones more. */
  rowBox(row: number): { readonly y0: number; readonly y1: number; readonly thin: boolean } {
    const y0 = this.y(this.frames.top[row]);
    const y1 = this.y(this.frames.bottom[row]);
    if (this.frames.kind === "changed") return { y0, y1: Math.max(y0 + 1, y1), thin: false };
    const flagged = this.domain.rows.flagged[row] === 1;
    const top = flagged ? y0 - 1.5 : y0;
    return { y0: top, y1: Math.max(top + (flagged ? 4 : 3), y1), thin: y1 - y0 < 14 };
  }

  /** The row at a point; -1: none. */
  rowAtPoint(y: number): number {
    const { from, to } = this.visible;
    const { top } = this.frames;
    const height = this.heightAt(y);
    const near = Math.max(from, upperBound(top, height) - 1);
    for (const row of [near, near + 1]) {
      if (row < from || row >= to) continue;
      const box = this.rowBox(row);
      const reach = box.thin ? 3 : 0;
      if (y >= box.y0 - reach && y < box.y1 + reach) return row;
    }
    return -1;
  }

  /** Clips to the part for rows; `whole`: the labels, too. */
  clip(whole: boolean): void {
    const { context } = this;
    context.beginPath();
    if (whole) context.rect(0, HEAD - 1, this.width, this.free + 2);
    else context.rect(this.left, HEAD - 1, this.right - this.left, this.free + 2);
    context.clip();
  }
}

type SceneMethods = Pick<
  Scene,
  | ("left" | "right" | "foot" | "unit" | "x" | "y" | "xOf" | "positionAt" | "heightAt" | "visible")
  | ("rowBox" | "rowAtPoint" | "clip")
>;
