import { ticks } from "d3-array";
import { eventAt } from "../../map/time-axis.ts";
import { counted } from "../model/texts.ts";
import { fonts, HEAD, type Scene } from "./scene.ts";

/** Least pixels between two ticks. */
const TICK_PIXELS = 78;
const SECONDS_PIXELS = 110;

/** Bands of what is folded, and ticks. */
export function paintAxis(scene: Scene): void {
  const { context, palette } = scene;
  context.save();
  context.beginPath();
  context.rect(scene.left, 0, scene.right - scene.left, scene.height);
  context.clip();
  context.textBaseline = "middle";
  context.font = fonts.mono;
  context.lineWidth = 1;
  paintFolds(scene);
  context.strokeStyle = palette.grid;
  context.fillStyle = palette.dim;
  if (scene.time.kind === "seconds") paintSeconds(scene);
  else paintSteps(scene);
  context.restore();
}

function paintFolds(scene: Scene): void {
  const { context, palette, time, left, right } = scene;
  for (const { from, to, events } of time.folds) {
    const x0 = scene.x(from);
    const x1 = scene.x(to);
    if (x1 < left || x0 > right || x1 - x0 < 2) continue;
    context.fillStyle = palette.grid;
    context.fillRect(x0, HEAD, x1 - x0, scene.foot - HEAD);
    const text = `${events} more`;
    if (context.measureText(text).width + 8 > x1 - x0) continue;
    context.fillStyle = palette.dim;
    context.textAlign = "center";
    context.fillText(text, (x0 + x1) / 2, scene.foot - 10);
    context.textAlign = "left";
  }
}

function line(scene: Scene, x: number): void {
  const { context } = scene;
  context.beginPath();
  context.moveTo(x, HEAD);
  context.lineTo(x, scene.height);
  context.stroke();
}

function paintSeconds(scene: Scene): void {
  const { context, time, view } = scene;
  const wanted = Math.max(2, Math.floor((scene.right - scene.left) / SECONDS_PIXELS));
  const seconds = ticks(view.x0 + time.start, view.x1 + time.start, wanted);
  const step = seconds.length > 1 ? seconds[1] - seconds[0] : 1;
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  for (const at of seconds) {
    const x = Math.round(scene.x(at - time.start)) + 0.5;
    line(scene, x);
    context.fillText(`${at.toFixed(Math.min(9, digits))} s`, x + 4, 51);
  }
}

/** A tick stands at a step; what is folded has none. */
function paintSteps(scene: Scene): void {
  const { context, time, view, domain } = scene;
  const { position } = time;
  const last = eventAt(time, view.x1);
  let free = scene.left - TICK_PIXELS;
  for (let event = eventAt(time, view.x0); event >= 0 && event <= last; ) {
    const x = scene.xOf(event);
    if (x < scene.left || x - free < TICK_PIXELS) {
      const next = eventAt(time, scene.positionAt(Math.max(scene.left, free + TICK_PIXELS)));
      event = Math.max(event + 1, next);
      continue;
    }
    if (x > scene.right - TICK_PIXELS + 8) break;
    const isStep = position[event + 1] - position[event] > 0.99;
    if (isStep) {
      free = x;
      const at = Math.round(x) + 0.5;
      line(scene, at);
      context.fillText(`#${domain.run.number(event)}`, at + 4, 43);
      const seconds = domain.run.time(event);
      if (!Number.isNaN(seconds)) context.fillText(`${seconds.toFixed(4)} s`, at + 4, 55);
    }
    event++;
  }
}

/** "12 events folded" for a position in a fold; null: it is in none. */
export function foldText(scene: Scene, position: number): string | null {
  const fold = scene.time.folds.find(({ from, to }) => position >= from && position < to);
  return fold === undefined ? null : `${counted(fold.events, "event")} that touched none of these frames`;
}
