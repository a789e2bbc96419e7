import { DmaDirection } from "@xgt/hypercall-log";
import { counted } from "../model/texts.ts";
import { fonts, LABEL_AT, type Scene } from "./scene.ts";

/** Heights from which on a row has room for a bar, and for a bar with an arrow. */
const BAR = 16;
const ARROW = 40;

/** DMA: bars at the foot of their rows, the wrong ones red. */
export function paintTransfers(scene: Scene): void {
  const { domain, frames } = scene;
  const { first, items } = domain.transfers;
  const { from, to } = scene.visible;
  for (let row = from; row < to; row++) {
    const { y0, y1 } = scene.rowBox(row);
    drawnTo = Number.NEGATIVE_INFINITY;
    const onlyWrong = y1 - y0 <= 3;
    for (let i = first[row]; i < first[row + 1]; i++) {
      const wrong = domain.wrongTransfers[items[i]] === 1;
      if (wrong || !onlyWrong) paintTransfer(scene, items[i], y0, y1, wrong);
    }
  }
  if (frames.lane !== null) paintLane(scene, scene.y(frames.lane.top));
}

/** Where the last bar of the row ended: those that fall into the same pixels are not seen. */
let drawnTo = Number.NEGATIVE_INFINITY;

function paintTransfer(scene: Scene, transfer: number, y0: number, y1: number, wrong: boolean): void {
  const { context, palette, domain, left, right } = scene;
  const { dma } = domain.run.tables;
  const from = scene.xOf(dma.event[transfer]);
  const end = domain.released[transfer];
  const to = end < 0 ? scene.x(scene.time.position[scene.time.position.length - 1]) : scene.xOf(end);
  if (to < left || from > right || (!wrong && to < drawnTo)) return;
  drawnTo = Math.max(from, to) + 1;
  const height = y1 - y0;
  if (height > BAR) {
    const at = y1 - (height > ARROW ? 10 : 6);
    paintBar(scene, {
      from,
      to: Math.min(to, right),
      at,
      wrong,
      arrow: height > ARROW,
      direction: dma.direction[transfer],
    });
  } else if (height > 3 || wrong) {
    context.fillStyle = wrong ? palette.err : palette.ink;
    context.fillRect(from, (y0 + y1) / 2 - 0.75, Math.max(1.5, to - from), 1.5);
  }
}

interface Bar {
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly wrong: boolean;
  readonly arrow: boolean;
  readonly direction: number;
}

/** A bar outlined in the panel's colour, without which red on blue is not seen; its arrow points up where the device reads. */
function paintBar({ context, palette }: Scene, { from, to, at, wrong, arrow, direction }: Bar): void {
  const thick = arrow ? 2.6 : 1.6;
  const end = Math.max(from + 2, to);
  const line = (color: string, width: number) => {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(from, at);
    context.lineTo(end, at);
    context.stroke();
  };
  context.lineCap = "round";
  line(palette.panel, thick + 3);
  context.lineCap = "butt";
  const color = wrong ? palette.err : palette.ink;
  line(color, thick);
  if (!arrow) return;
  const side = 4.6;
  const middle = from + side;
  const [foot, tip] = direction === DmaDirection.toDevice ? [at - 2.4, at - 10.4] : [at - 10.4, at - 2.4];
  context.beginPath();
  context.moveTo(middle - side, foot);
  context.lineTo(middle + side, foot);
  context.lineTo(middle, tip);
  context.closePath();
  context.lineJoin = "round";
  context.strokeStyle = palette.panel;
  context.lineWidth = 2.6;
  context.stroke();
  context.fillStyle = color;
  context.fill();
}

/** Frames that only DMA touched, as one lane. */
function paintLane(scene: Scene, y: number): void {
  const { context, palette, domain, left, right } = scene;
  const { dma } = domain.run.tables;
  const frames = new Set<number>();
  for (const transfer of domain.otherTransfers) frames.add(dma.gfn[transfer]);
  context.font = fonts.sans;
  context.textBaseline = "middle";
  context.fillStyle = palette.ink;
  context.fillText(counted(frames.size, "other frame"), LABEL_AT, y + 8);
  context.fillStyle = palette.dim;
  context.fillText(`DMA only, ${counted(domain.otherTransfers.length, "map")}`, LABEL_AT, y + 22);
  context.strokeStyle = palette.ink;
  context.globalAlpha = 0.55;
  context.lineWidth = 1;
  context.beginPath();
  let last = Number.NaN;
  for (const transfer of domain.otherTransfers) {
    const x = Math.round(scene.xOf(dma.event[transfer])) + 0.5;
    if (x === last || x < left || x > right) continue;
    last = x;
    context.moveTo(x, y + 3);
    context.lineTo(x, y + 14);
  }
  context.stroke();
  context.globalAlpha = 1;
}
