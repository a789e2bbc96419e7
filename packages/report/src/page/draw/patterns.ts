import { EMPTY, FrameKind } from "../model/frame-kinds.ts";
import { kindColors, type Palette } from "./palette.ts";

/** Side of a pattern's tile. */
const TILE = 8;

/** Lines of each pattern in its tile, as x, y, x, y. Colour alone is not enough for nine kinds. */
const strokes: Readonly<Record<number, readonly (readonly number[])[]>> = {
  [FrameKind.hole]: [
    [-2, 6, 6, -2],
    [2, 10, 10, 2],
  ],
  [EMPTY]: [
    [-2, 6, 6, -2],
    [2, 10, 10, 2],
  ],
  [FrameKind.foreign]: [
    [-2, 2, 6, 10],
    [2, -2, 10, 6],
  ],
  [FrameKind.xen]: [
    [0, 2, 8, 2],
    [0, 6, 8, 6],
  ],
  [FrameKind.mmio]: [
    [0, 4, 8, 4],
    [4, 0, 4, 8],
  ],
  [FrameKind.identity]: [
    [2, 0, 2, 8],
    [6, 0, 6, 8],
  ],
};

/** The patterns of the kinds of frames, in one theme at one resolution. */
export class Patterns {
  readonly palette: Palette;
  readonly scale: number;
  private readonly tiles = new Map<number, HTMLCanvasElement>();
  private readonly fills = new Map<number, CanvasPattern | string>();

  constructor(palette: Palette, scale: number) {
    this.palette = palette;
    this.scale = scale;
  }

  /** What a kind is filled with. Patterns stay where the canvas is, so that neighbours join into one texture. */
  fill(context: CanvasRenderingContext2D, kind: number): CanvasPattern | string {
    let fill = this.fills.get(kind);
    if (fill === undefined) {
      const pattern = context.createPattern(this.tile(kind), "repeat");
      pattern?.setTransform(new DOMMatrix().scale(1 / this.scale));
      fill = pattern ?? this.palette[kindColors[kind]];
      this.fills.set(kind, fill);
    }
    return fill;
  }

  /** The tile's pixels as 32-bit words, row by row, and its side. */
  pixels(kind: number): { readonly side: number; readonly words: Uint32Array } {
    const tile = this.tile(kind);
    const context = tile.getContext("2d");
    const data = context?.getImageData(0, 0, tile.width, tile.height).data;
    return {
      side: tile.width,
      words: new Uint32Array(data?.buffer ?? new ArrayBuffer(4 * tile.width * tile.width)),
    };
  }

  private tile(kind: number): HTMLCanvasElement {
    let tile = this.tiles.get(kind);
    if (tile === undefined) {
      tile = drawnTile(kind, this.palette, this.scale);
      this.tiles.set(kind, tile);
    }
    return tile;
  }
}

function drawnTile(kind: number, palette: Palette, scale: number): HTMLCanvasElement {
  const tile = document.createElement("canvas");
  tile.width = Math.round(TILE * scale);
  tile.height = tile.width;
  const context = tile.getContext("2d");
  if (context === null) return tile;
  const side = tile.width / TILE;
  context.scale(side, side);
  context.fillStyle = palette[kindColors[kind]];
  context.fillRect(0, 0, TILE, TILE);
  const isHole = kind === FrameKind.hole || kind === EMPTY;
  context.strokeStyle =
    kind === FrameKind.hole ? palette.hatch : kind === EMPTY ? palette.line : palette.over;
  context.lineWidth = isHole ? 1 : 1.2;
  for (const [x0, y0, x1, y1] of strokes[kind] ?? []) {
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
  }
  if (kind !== FrameKind.unknown) return tile;
  context.fillStyle = palette.dim;
  for (const at of [2, 6]) {
    context.beginPath();
    context.arc(at, at, 0.9, 0, 2 * Math.PI);
    context.fill();
  }
  return tile;
}
