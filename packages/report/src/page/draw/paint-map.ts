import { paintAxis } from "./paint-axis.ts";
import { paintCells, ROWS_DRAWN_MAX } from "./paint-cells.ts";
import { paintCounters } from "./paint-counters.ts";
import { paintCursor } from "./paint-cursor.ts";
import { paintFindings } from "./paint-findings.ts";
import { paintLabels } from "./paint-labels.ts";
import { paintMarks } from "./paint-marks.ts";
import { paintMinimap } from "./paint-minimap.ts";
import { paintGround, paintRows } from "./paint-rows.ts";
import { paintTransfers } from "./paint-transfers.ts";
import { HEAD, type Scene } from "./scene.ts";

/** Draws a map: from what lies behind to what must be seen. */
export function paintMap(scene: Scene): void {
  const { context } = scene;
  context.clearRect(0, 0, scene.width, scene.height);
  paintAxis(scene);
  paintMarks(scene);
  paintMinimap(scene);
  context.save();
  scene.clip(true);
  paintGround(scene);
  if (isDrawnAsCells(scene)) paintCells(scene);
  else paintRows(scene);
  paintTransfers(scene);
  paintFindings(scene);
  paintLabels(scene);
  context.restore();
  paintCursor(scene);
  paintCounters(scene);
  if (scene.domain.rows.length === 0) paintNothing(scene);
}

/** Whether the rows are too many to be drawn one by one. */
export function isDrawnAsCells(scene: Scene): boolean {
  const { from, to } = scene.visible;
  return to - from > ROWS_DRAWN_MAX;
}

function paintNothing({ context, palette, domain, left }: Scene): void {
  context.fillStyle = palette.dim;
  context.font = "13px system-ui,sans-serif";
  context.textBaseline = "middle";
  context.fillText(`No call in this log changed a frame of domain ${domain.domid}.`, left + 16, HEAD + 30);
}
