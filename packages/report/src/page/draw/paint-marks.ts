import type { Mark } from "../model/run-model.ts";
import { fonts, type Scene } from "./scene.ts";

const LANE = 15;
const LANES = 2;
/** Pixels that a cut text must have; without them it stands in the line above the map only. */
const TEXT_MIN = 110;

/** The recorder's marks: a line each, and as much of their texts as finds room in two lanes. */
export function paintMarks(scene: Scene): void {
  const { context, palette, left, right } = scene;
  const { marks } = scene.domain.run;
  const seen = marks.filter(({ event }) => {
    const x = scene.xOf(event);
    return x > left - 300 && x < right;
  });
  context.save();
  context.beginPath();
  context.rect(left, 0, right - left, scene.foot);
  context.clip();
  context.font = fonts.sans;
  context.textBaseline = "middle";
  const ends = new Array<number>(LANES).fill(Number.NEGATIVE_INFINITY);
  for (const [i, { event, text }] of seen.entries()) {
    const x = Math.round(scene.xOf(event)) + 0.5;
    context.strokeStyle = palette.dim;
    context.globalAlpha = 0.5;
    context.setLineDash([2, 3]);
    context.beginPath();
    context.moveTo(x, 4);
    context.lineTo(x, scene.foot);
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
    const lane = ends.findIndex((end) => x > end);
    if (lane < 0) continue;
    const room = roomFor(scene, seen, i) - x - 8;
    if (room < Math.min(TEXT_MIN, context.measureText(text).width)) continue;
    const shown = fitted(context, text, room);
    const width = context.measureText(shown).width;
    context.fillStyle = palette.bg;
    context.fillRect(x + 2, 3 + lane * LANE, width + 5, 14);
    context.fillStyle = palette.ink;
    context.fillText(shown, x + 4, 10 + lane * LANE);
    ends[lane] = x + width + 10;
  }
  context.restore();
}

/** Where the text of a mark ends at the latest: at the next one but one, which takes the same lane. */
function roomFor(scene: Scene, seen: readonly Mark[], index: number): number {
  const next = seen[index + LANES];
  return next === undefined
    ? scene.right
    : Math.min(scene.right, Math.max(scene.xOf(next.event), scene.xOf(seen[index].event) + TEXT_MIN + 12));
}

/** As much of a text as is not wider than `room`. */
export function fitted(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  let length = Math.floor((text.length * room) / context.measureText(text).width);
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > room) length--;
  return `${text.slice(0, length)}…`;
}
