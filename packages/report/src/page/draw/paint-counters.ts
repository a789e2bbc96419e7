import { upperBound } from "../../map/search-sorted.ts";
import type { Counter } from "../model/counters.ts";
import { FrameKind } from "../model/frame-kinds.ts";
import { numberText } from "../model/texts.ts";
import { kindColors } from "./palette.ts";
import { COUNTER, fonts, LABEL_AT, type Scene } from "./scene.ts";

/** How many there are of what, on the same time axis. */
export function paintCounters(scene: Scene): void {
  const { context, palette, counters, foot, width } = scene;
  if (counters.length === 0) return;
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(0, foot + 0.5);
  context.lineTo(width, foot + 0.5);
  context.stroke();
  for (const [lane, counter] of counters.entries()) {
    const top = foot + 8 + lane * COUNTER;
    paintName(scene, counter, top);
    paintCurve(scene, counter, top, top + COUNTER - 10);
  }
}

function paintName(
  { context, palette, state }: Scene,
  { name, events, values, most }: Counter,
  top: number,
): void {
  context.textBaseline = "middle";
  context.font = fonts.sans;
  context.fillStyle = palette.ink;
  context.fillText(name, LABEL_AT, top + 6);
  context.font = fonts.mono;
  context.fillStyle = palette.dim;
  const now = values[upperBound(events, state.event) - 1] ?? 0;
  const text =
    state.event < 0 ? `at most ${numberText(most)}` : `${numberText(now)} of max ${numberText(most)}`;
  context.fillText(text, LABEL_AT, top + 20);
}

/** Steps; where several fall into one pixel, its least and greatest value are drawn. */
function paintCurve(scene: Scene, counter: Counter, top: number, base: number): void {
  const { context, palette, left, right } = scene;
  const { events, values, most } = counter;
  const color =
    counter.kind === FrameKind.hole
      ? palette.hatch
      : counter.kind < 0
        ? palette.dim
        : palette[kindColors[counter.kind]];
  const height = (value: number) => base - (value / most) * (base - top);
  context.save();
  context.beginPath();
  context.rect(left, top - 2, right - left, COUNTER);
  context.clip();
  context.beginPath();
  context.moveTo(left, base);
  const begin = Math.max(0, upperBound(events, firstEvent(scene)) - 1);
  let y = height(values[begin]);
  context.lineTo(left, y);
  let pixel = Number.NaN;
  let least = y;
  let most_ = y;
  const closePixel = () => {
    if (Number.isNaN(pixel)) return;
    context.lineTo(pixel, least);
    context.lineTo(pixel, most_);
    context.lineTo(pixel, y);
  };
  for (let i = begin + 1; i < events.length; i++) {
    const x = scene.xOf(Math.max(0, events[i]));
    if (x > right) break;
    const at = Math.max(left, Math.round(x));
    if (at !== pixel) {
      closePixel();
      context.lineTo(at, y);
      pixel = at;
      least = y;
      most_ = y;
    }
    y = height(values[i]);
    least = Math.max(least, y);
    most_ = Math.min(most_, y);
  }
  closePixel();
  context.lineTo(right, y);
  context.lineTo(right, base);
  context.closePath();
  context.fillStyle = color;
  context.globalAlpha = 0.28;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = color;
  context.lineWidth = 1.4;
  context.stroke();
  context.restore();
}

function firstEvent({ time, view }: Scene): number {
  return upperBound(time.position, view.x0) - 1;
}
