import { EMPTY, FrameKind } from "../model/frame-kinds.ts";
import { HEAD, type Scene } from "./scene.ts";

const LEFT = 6;
const WIDTH = 12;

/** All addresses as one thin bar, linear: where the rows lie, and which of them are seen. */
export function paintMinimap(scene: Scene): void {
  const { context, palette, patterns, domain, frames, free } = scene;
  const { rows } = domain;
  const spans = [
    ...domain.head.ram.map((bank) => ({ ...bank, kind: FrameKind.own as number })),
    ...domain.head.regions
      .filter(({ name }) => name === "extended")
      .map((region) => ({ ...region, kind: EMPTY })),
  ];
  if (spans.length === 0 && rows.length === 0) return;
  const last = rows.length - 1;
  const ends = rows.length === 0 ? [] : [rows.gfn[0], rows.gfn[last] + rows.count[last]];
  const low = Math.min(...spans.map(({ gfn }) => gfn), ...ends);
  const high = Math.max(...spans.map(({ gfn, count }) => gfn + count), ...ends);
  const y = (gfn: number) => HEAD + ((gfn - low) / Math.max(1, high - low)) * free;
  context.fillStyle = palette.raise;
  context.fillRect(LEFT, HEAD, WIDTH, free);
  for (const { gfn, count, kind } of spans) {
    context.fillStyle = patterns.fill(context, kind);
    context.fillRect(LEFT, y(gfn), WIDTH, Math.max(1, y(gfn + count) - y(gfn)));
  }
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.strokeRect(LEFT + 0.5, HEAD + 0.5, WIDTH, free - 1);
  for (const flagged of [0, 1]) {
    context.fillStyle = flagged === 1 ? palette.err : palette.grant;
    let drawn = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < rows.length; row++) {
      if (rows.flagged[row] !== flagged) continue;
      const top = y(rows.gfn[row]);
      const bottom = y(rows.gfn[row] + rows.count[row]);
      if (bottom < drawn + 0.5) continue;
      drawn = Math.max(bottom, top + 1);
      context.fillRect(
        LEFT - 2 * flagged,
        top - flagged,
        WIDTH + 1 + 3 * flagged,
        Math.max(1 + 1.5 * flagged, bottom - top),
      );
    }
  }
  const { from, to } = scene.visible;
  if (to <= from || scene.view.y1 - scene.view.y0 >= frames.total * 0.98) return;
  const [top, bottom] = [y(rows.gfn[from]), y(rows.gfn[to - 1] + rows.count[to - 1])];
  context.strokeStyle = palette.focus;
  context.lineWidth = 2;
  context.strokeRect(LEFT - 3, top - 2, WIDTH + 6, Math.max(4, bottom - top + 4));
}
