import { CellBit, Cells } from "../../map/cells.ts";
import { EMPTY, FrameKind, kindOrder } from "../model/frame-kinds.ts";
import { eachSegment } from "./paint-rows.ts";
import { HEAD, type Scene } from "./scene.ts";

/** More rows than this are drawn as cells, each of which holds all that falls into it. */
export const ROWS_DRAWN_MAX = 1500;

/** The rows as cells, one a pixel: a cell has the pattern of the most exceptional thing in it. Nothing is left out. */
export function paintCells(scene: Scene): void {
  const { context, left, right } = scene;
  const scale = scene.patterns.scale;
  const width = Math.max(1, Math.floor((right - left) * scale));
  const height = Math.max(1, Math.floor(Math.min(scene.free, scene.rowsHeight) * scale));
  const cells = new Cells(width, height);
  addRows(scene, cells, scale);
  const image = context.createImageData(width, height);
  colorCells(cells, new Uint32Array(image.data.buffer), scene);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, left, HEAD, width / scale, height / scale);
}

function addRows(scene: Scene, cells: Cells, scale: number): void {
  const { domain, left } = scene;
  const { dma } = domain.run.tables;
  const { from, to } = scene.visible;
  const { first, items } = domain.transfers;
  for (let row = from; row < to; row++) {
    const y0 = (scene.y(scene.frames.top[row]) - HEAD) * scale;
    const y1 = (scene.y(scene.frames.bottom[row]) - HEAD) * scale;
    eachSegment(scene, row, ({ kind, x0, x1 }) => {
      const from = (x0 - left) * scale;
      const to = (Math.max(x1, x0) - left) * scale;
      // What is ordinary fills most of the map: a line of cells holds it from end to end, behind all else.
      if (kind === FrameKind.own || kind === EMPTY) cells.addBehind(y0, y1, 1 << kind);
      else cells.add(from, to, y0, y1, 1 << kind);
    });
    for (let i = first[row]; i < first[row + 1]; i++) {
      const x = (scene.xOf(dma.event[items[i]]) - left) * scale;
      cells.add(x, x, y0, y1, CellBit.dma);
    }
  }
}

function colorCells({ bits, behind, width }: Cells, words: Uint32Array, { patterns }: Scene): void {
  const tiles = new Map([...kindOrder].map((kind) => [kind, patterns.pixels(kind)]));
  const order = [...kindOrder].reverse();
  /** The kind that is drawn for a set of bits: the most exceptional one. */
  const kindOf = new Int8Array(1 << (EMPTY + 1)).map(
    (_, set) => order.find((kind) => (set & (1 << kind)) !== 0) ?? 0,
  );
  const all = (1 << (EMPTY + 1)) - 1;
  for (let at = 0; at < bits.length; at++) {
    const y = Math.floor(at / width);
    const kind = kindOf[bits[at] & all] || kindOf[behind[y] & all];
    const tile = tiles.get(kind);
    if (tile === undefined) continue;
    words[at] = tile.words[(y % tile.side) * tile.side + ((at - y * width) % tile.side)];
  }
}

/** What a cell around a point holds: how many frames, of which kinds. */
export function cellContent(scene: Scene, x: number, y: number): { frames: number; kinds: number[] } {
  const { frames, domain } = scene;
  const kinds = new Set<number>();
  let count = 0;
  for (let { from, to } = scene.visible, row = from; row < to; row++) {
    if (scene.y(frames.bottom[row]) < y || scene.y(frames.top[row]) > y + 1) continue;
    count += domain.rows.count[row];
    eachSegment(scene, row, ({ kind, x0, x1 }) => {
      if (x1 >= x && x0 <= x + 1) kinds.add(kind);
    });
  }
  return { frames: count, kinds: [...kinds].filter((kind) => kind !== FrameKind.own || kinds.size === 1) };
}
