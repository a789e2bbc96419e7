/** Bits of a cell: what is in it, somewhere. A kind of frame is the bit of its number, from 1 on. */
export const CellBit = { dma: 1 << 10, wrong: 1 << 11 } as const;

/** Cells of a map, row by row: each holds the OR of all that falls into it, so that the least thing is seen. */
export class Cells {
  readonly width: number;
  readonly height: number;
  readonly bits: Uint16Array;
  /** By line of cells: what is there wherever a cell holds nothing else. */
  readonly behind: Uint16Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.bits = new Uint16Array(width * height);
    this.behind = new Uint16Array(height);
  }

  /** Adds `bits` to the cells that a rectangle touches, one cell at least; what lies outside is left out. */
  add(x0: number, x1: number, y0: number, y1: number, bits: number): void {
    const { width, height } = this;
    if (x1 < 0 || y1 < 0 || x0 >= width || y0 >= height) return;
    const left = Math.max(0, Math.floor(x0));
    const right = Math.min(width, Math.max(left + 1, Math.ceil(x1)));
    const top = Math.max(0, Math.floor(y0));
    const bottom = Math.min(height, Math.max(top + 1, Math.ceil(y1)));
    for (let y = top; y < bottom; y++) {
      const end = y * width + right;
      for (let at = y * width + left; at < end; at++) this.bits[at] |= bits;
    }
  }

  /** Adds `bits` behind the lines of cells between two heights, one line at least. */
  addBehind(y0: number, y1: number, bits: number): void {
    if (y1 < 0 || y0 >= this.height) return;
    const top = Math.max(0, Math.floor(y0));
    const bottom = Math.min(this.height, Math.max(top + 1, Math.ceil(y1)));
    for (let y = top; y < bottom; y++) this.behind[y] |= bits;
  }
}
