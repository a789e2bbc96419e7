import { findingsOf } from "../model/story.ts";
import { HEAD, type Scene } from "./scene.ts";

/** The chosen event, and a ring at the cause of what was found there. */
export function paintCursor(scene: Scene): void {
  const { context, palette, state, left, right } = scene;
  if (state.event < 0) return;
  paintRing(scene);
  const x = Math.round(scene.xOf(state.event)) + 0.5;
  if (x < left || x > right) return;
  context.strokeStyle = palette.focus;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x, HEAD - 4);
  context.lineTo(x, scene.height);
  context.stroke();
  context.fillStyle = palette.focus;
  context.beginPath();
  context.moveTo(x - 5, HEAD - 6);
  context.lineTo(x + 5, HEAD - 6);
  context.lineTo(x, HEAD);
  context.fill();
}

function paintRing(scene: Scene): void {
  const { context, palette, state, domain, left, right } = scene;
  const row = state.gfn < 0 ? -1 : domain.rowAt(state.gfn);
  if (row < 0) return;
  const cause = findingsOf(domain, state.gfn, state.event).find(({ since }) => since >= 0);
  if (cause === undefined) return;
  const { y1, thin } = scene.rowBox(row);
  const x = scene.xOf(cause.since);
  if (x < left || x > right) return;
  context.strokeStyle = palette.err;
  context.fillStyle = palette.panel;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, thin ? y1 + 1 : y1 - 2.5, 4, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
}
