import { EMPTY, FrameKind, kindNames, kindOrder } from "../model/frame-kinds.ts";
import { mfnOf } from "../model/moment.ts";
import { frameText, numberText, sizeText } from "../model/texts.ts";
import { kindColors } from "./palette.ts";
import { fonts, HEAD, LABEL_AT, type Scene } from "./scene.ts";

/** Heights from which on a row has room: for its outline, for words in it. */
const OUTLINE = 12;
const WORDS = 22;
const SIGNS_APART = 40;

/** What lies between rows, or the banks and regions behind them. */
export function paintGround(scene: Scene): void {
  if (scene.frames.kind === "all") paintSpans(scene);
  else paintGaps(scene);
}

function paintGaps(scene: Scene): void {
  const { context, palette, frames, left, right } = scene;
  const { rows } = scene.domain;
  const { from, to } = scene.visible;
  context.font = fonts.sans;
  context.textBaseline = "middle";
  for (let row = Math.max(1, from); row < to; row++) {
    const y0 = scene.y(frames.bottom[row - 1]);
    const y1 = scene.y(frames.top[row]);
    if (y1 - y0 < 5) continue;
    const middle = Math.round((y0 + y1) / 2) + 0.5;
    context.strokeStyle = palette.hatch;
    context.setLineDash([1, 4]);
    context.beginPath();
    context.moveTo(LABEL_AT, middle);
    context.lineTo(right, middle);
    context.stroke();
    context.setLineDash([]);
    if (y1 - y0 < 13) continue;
    const skipped = rows.gfn[row] - rows.gfn[row - 1] - rows.count[row - 1];
    const text = `${numberText(skipped)} ${skipped === 1 ? "frame" : "frames"} unchanged`;
    context.fillStyle = palette.bg;
    context.fillRect(left + 6, middle - 7, context.measureText(text).width + 8, 14);
    context.fillStyle = palette.dim;
    context.fillText(text, left + 10, middle);
  }
}

function paintSpans(scene: Scene): void {
  const { context, palette, patterns, domain, left, right } = scene;
  context.textBaseline = "middle";
  for (const { name, gfn, count, top, bottom } of scene.frames.spans) {
    const y0 = scene.y(top);
    const y1 = scene.y(bottom);
    if (y1 < HEAD - 2 || y0 > HEAD + scene.free) continue;
    context.globalAlpha = 0.7;
    context.fillStyle = patterns.fill(context, domain.shownKind(domain.startKind(gfn), gfn));
    context.fillRect(left, y0, right - left, y1 - y0);
    context.globalAlpha = 1;
    context.strokeStyle = palette.line;
    context.strokeRect(left + 0.5, y0 + 0.5, right - left - 1, y1 - y0 - 1);
    if (y1 - y0 < 11) continue;
    const at = Math.min(Math.max(y0 + 9, HEAD + 9), y1 - 5);
    context.font = fonts.sans;
    context.fillStyle = palette.ink;
    context.fillText(name === "extended" ? "extended region" : name, LABEL_AT, at);
    if (y1 - y0 < 26) continue;
    context.font = fonts.mono;
    context.fillStyle = palette.dim;
    context.fillText(`${frameText(gfn)} ${sizeText(count)}`, LABEL_AT, at + 14);
  }
}

/** A row's part of one kind: between two changes. */
interface Segment {
  kind: number;
  /** Row of the change that made it; -1: it was so from the start. */
  change: number;
  x0: number;
  x1: number;
}

/** The parts of a row that are seen, from left to right. One object serves all. */
export function eachSegment(scene: Scene, row: number, tell: (segment: Segment) => void): void {
  const { domain, left, right } = scene;
  const { changes } = domain.run.tables;
  const { first, items } = domain.rows.history;
  const gfn = domain.rows.gfn[row];
  segment.kind = domain.shownKind(domain.firstKind(row), gfn);
  segment.change = -1;
  segment.x0 = left;
  for (let i = first[row]; i < first[row + 1]; i++) {
    segment.x1 = scene.xOf(changes.event[items[i]]);
    if (segment.x1 >= left && segment.x0 <= right) tell(segment);
    segment.x0 = segment.x1;
    segment.change = items[i];
    segment.kind = domain.shownKind(changes.to[items[i]], gfn);
  }
  segment.x1 = right;
  if (segment.x0 <= right) tell(segment);
}

const segment: Segment = { kind: 0, change: -1, x0: 0, x1: 0 };

/** The rows, each part with its pattern: from ordinary to exceptional, so that what is remarkable is never covered. */
export function paintRows(scene: Scene): void {
  const rank = new Map(kindOrder.map((kind, at) => [kind, at]));
  const passes: (() => void)[][] = kindOrder.map(() => []);
  const { from, to } = scene.visible;
  for (let row = from; row < to; row++) {
    const { y0, y1, thin } = scene.rowBox(row);
    const drawnTo = new Float64Array(kindOrder.length + 1);
    eachSegment(scene, row, ({ kind, x0, x1 }) => {
      // What falls into pixels that show this kind already is not seen.
      if (x1 < drawnTo[kind]) return;
      drawnTo[kind] = Math.max(x1, Math.ceil(x0 + 1));
      if (thin && (kind === FrameKind.own || kind === EMPTY)) return;
      passes[rank.get(kind) ?? 0].push(() => paintSegment(scene, kind, x0, x1, y0, y1));
    });
  }
  for (const pass of passes) for (const paint of pass) paint();
  for (let row = from; row < to; row++) paintWords(scene, row);
}

function paintSegment(scene: Scene, kind: number, from: number, to: number, y0: number, y1: number): void {
  const { context, palette, left, right } = scene;
  const height = y1 - y0;
  const pad = height > WORDS ? 4 : height > 10 ? 2 : 0;
  const x0 = Math.max(left, from);
  const width = Math.max(1, Math.min(right, Math.max(to, from + 1)) - x0);
  context.fillStyle = scene.patterns.fill(context, kind);
  context.fillRect(x0, y0 + pad, width, Math.max(1, height - 2 * pad));
  if (height <= OUTLINE || kind === FrameKind.own) return;
  context.strokeStyle =
    kind === FrameKind.hole ? palette.hatch : kind === EMPTY ? palette.line : palette[kindColors[kind]];
  context.lineWidth = 1;
  context.strokeRect(x0 + 0.5, y0 + pad + 0.5, Math.max(1, width - 1), height - 2 * pad - 1);
}

/** Kinds whose ground is light: words on it are dark. */
const plainKinds: readonly number[] = [FrameKind.own, FrameKind.hole, EMPTY, FrameKind.unknown];

function paintWords(scene: Scene, row: number): void {
  const { y0, y1, thin } = scene.rowBox(row);
  const { context, palette, domain, left, right } = scene;
  // In a low row the signs of findings stand where the words would.
  const isTaken = domain.rows.flagged[row] === 1 && y1 - y0 <= SIGNS_APART;
  if (thin || y1 - y0 < WORDS || isTaken) return;
  const middle = (y0 + y1) / 2;
  context.font = fonts.sans;
  context.textBaseline = "middle";
  eachSegment(scene, row, ({ kind, change, x0, x1 }) => {
    const from = Math.max(left, x0);
    const room = Math.min(right, x1) - from - 14;
    if (room < 30) return;
    const text = segmentText(domain, row, kind, change, (long) => context.measureText(long).width <= room);
    const width = context.measureText(text).width;
    if (width > room) return;
    if (plainKinds.includes(kind) && kind !== FrameKind.own) {
      context.fillStyle = palette[kindColors[kind]];
      context.fillRect(from + 4, middle - 7, width + 6, 14);
    }
    const isDark = kind === FrameKind.foreign || kind === FrameKind.identity || kind === FrameKind.mmio;
    context.fillStyle = plainKinds.includes(kind) ? palette.dim : isDark ? "#0d0f12" : palette.onkind;
    context.fillText(text, from + 7, middle);
  });
}

/** "grant 0xc78ea read-only", as much of it as fits. */
function segmentText(
  domain: Scene["domain"],
  row: number,
  kind: number,
  change: number,
  fits: (text: string) => boolean,
): string {
  if (kind === FrameKind.own) return "own";
  const name = kindNames[kind];
  if (kind !== FrameKind.grant || change < 0) return name;
  const { readOnly } = domain.run.tables.changes;
  const lock = readOnly[change] === 1 ? " read-only" : "";
  const mfn = mfnOf(domain, change, domain.rows.gfn[row]);
  const texts = [`${name}${mfn < 0 ? "" : ` ${frameText(mfn)}`}${lock}`, `${name}${lock}`, name];
  return texts.find(fits) ?? name;
}
