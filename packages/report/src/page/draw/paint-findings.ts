import { severityRank } from "@xgt/findings";
import type { ModelFinding } from "../model/run-model.ts";
import type { Palette } from "./palette.ts";
import type { Scene } from "./scene.ts";

/** Glyphs nearer to each other than this: the gravest stays. */
const NEAR = 9;

interface Glyph {
  readonly finding: ModelFinding;
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** Findings: a red bar from the cause to where it was found, and a sign at it. */
export function paintFindings(scene: Scene): void {
  const { domain, state } = scene;
  const glyphs: Glyph[] = [];
  const { from, to } = scene.visible;
  for (const finding of domain.run.findings) {
    const { gfn, domid, severity, at } = finding;
    if (domid !== domain.domid || gfn === null || at < 0 || !state.shown[severity]) continue;
    const row = domain.rowAt(gfn);
    if (row < from || row >= to) continue;
    const { y0, y1, thin } = scene.rowBox(row);
    const height = y1 - y0;
    paintSpan(scene, finding, y1, height);
    const y = !thin && height > 40 ? y0 + 12 : (y0 + y1) / 2;
    glyphs.push({ finding, x: scene.xOf(at), y, size: thin || height < 16 ? 5 : 7 });
  }
  for (const { finding, x, y, size } of gravest(glyphs, scene)) {
    paintGlyph(scene.context, scene.palette, finding.severity, x, y, size);
    scene.hot.push({ x, y, finding });
  }
}

function paintSpan(scene: Scene, { since, at, severity }: ModelFinding, y1: number, height: number): void {
  if (since < 0 || severity !== "error") return;
  const { context, palette, left, right } = scene;
  const x0 = Math.max(left, scene.xOf(since));
  const x1 = Math.min(right, scene.xOf(at));
  if (x1 < left || x0 > right) return;
  context.fillStyle = palette.err;
  context.fillRect(x0, y1 - (height > 22 ? 4 : height > 5 ? 2 : 0), Math.max(2, x1 - x0), height > 5 ? 3 : 2);
}

function gravest(glyphs: readonly Glyph[], { left, right }: Scene): Glyph[] {
  const inSight = glyphs.filter(({ x }) => x >= left - 8 && x <= right + 8);
  const shown: Glyph[] = [];
  const cells = new Map<string, Glyph[]>();
  for (const glyph of inSight.sort(
    (a, b) => severityRank(a.finding.severity) - severityRank(b.finding.severity),
  )) {
    const [cx, cy] = [Math.floor(glyph.x / NEAR), Math.floor(glyph.y / NEAR)];
    const neighbours = [-1, 0, 1].flatMap((dx) =>
      [-1, 0, 1].flatMap((dy) => cells.get(`${cx + dx},${cy + dy}`) ?? []),
    );
    if (neighbours.some(({ x, y }) => Math.abs(x - glyph.x) < NEAR && Math.abs(y - glyph.y) < NEAR)) continue;
    cells.set(`${cx},${cy}`, [...(cells.get(`${cx},${cy}`) ?? []), glyph]);
    shown.push(glyph);
  }
  return shown.reverse();
}

/** Octagon with a cross, triangle, circle: the form tells the severity without the colour. */
function paintGlyph(
  context: CanvasRenderingContext2D,
  palette: Palette,
  severity: ModelFinding["severity"],
  x: number,
  y: number,
  r: number,
): void {
  const path = (points: readonly (readonly [number, number])[]) => {
    context.beginPath();
    for (const [dx, dy] of points) context.lineTo(x + dx, y + dy);
    context.closePath();
  };
  context.lineWidth = 1.8;
  if (severity === "error") {
    const c = r * 0.42;
    path([
      ...([
        [-c, -r],
        [c, -r],
        [r, -c],
        [r, c],
      ] as const),
      ...([
        [c, r],
        [-c, r],
        [-r, c],
        [-r, -c],
      ] as const),
    ]);
    context.fillStyle = palette.err;
    context.strokeStyle = palette.panel;
    context.fill();
    context.stroke();
    const q = r * 0.4;
    context.beginPath();
    context.moveTo(x - q, y - q);
    context.lineTo(x + q, y + q);
    context.moveTo(x + q, y - q);
    context.lineTo(x - q, y + q);
    context.stroke();
  } else if (severity === "warning") {
    path([
      [0, -r],
      [r, r * 0.8],
      [-r, r * 0.8],
    ]);
    context.fillStyle = palette.warnfill;
    context.strokeStyle = "#1b1d20";
    context.lineWidth = 1;
    context.fill();
    context.stroke();
  } else {
    context.beginPath();
    context.arc(x, y, r * 0.72, 0, 2 * Math.PI);
    context.fillStyle = palette.panel;
    context.strokeStyle = palette.info;
    context.fill();
    context.stroke();
  }
}
