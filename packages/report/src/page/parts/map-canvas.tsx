import { useEffect, useMemo, useRef } from "preact/hooks";
import { eventAt } from "../../map/time-axis.ts";
import { paintMap } from "../draw/paint-map.ts";
import { readPalette } from "../draw/palette.ts";
import { Patterns } from "../draw/patterns.ts";
import { GUTTER, HEAD, Scene } from "../draw/scene.ts";
import { countersOf } from "../model/counters.ts";
import type { PageController } from "../state/page-controller.ts";
import type { PageState, View } from "../state/page-state.ts";
import { printing } from "../state/printing.ts";
import { pointer } from "./pointer.ts";

/** Pixels within which a click means a sign. */
const REACH = 11;
/** Pixels that a pointer may move in a click. */
const STILL = 4;
const WHEEL = 0.0016;
const HELP =
  "Guest frames over time. Arrow keys: up and down choose a frame, left and right its events. n: next finding. ?: all keys.";

interface Drag {
  readonly x: number;
  readonly y: number;
  readonly view: View;
  readonly scene: Scene;
  moved: boolean;
}

/** The drawn map, and what a pointer does with it. */
export function MapCanvas({ page, state, theme }: { page: PageController; state: PageState; theme: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scene = useRef<Scene | null>(null);
  const drag = useRef<Drag | null>(null);
  const counters = useMemo(() => countersOf(page.domain), [page.domain]);
  const draw = useRef(() => {});
  draw.current = () => {
    scene.current = canvas.current === null ? null : drawn(canvas.current, page, state, counters);
  };
  useEffect(() => draw.current(), [state, theme, counters]);
  useEffect(() => keepDrawn(canvas.current, page, () => draw.current()), [page]);
  const onPointerDown = (event: PointerEvent) => {
    if (scene.current === null) return;
    canvas.current?.setPointerCapture(event.pointerId);
    drag.current = {
      x: event.offsetX,
      y: event.offsetY,
      view: page.view.value,
      scene: scene.current,
      moved: false,
    };
  };
  const onPointerMove = (event: PointerEvent) => {
    if (drag.current !== null) dragTo(page, drag.current, event.offsetX, event.offsetY);
    else if (scene.current !== null)
      pointer.set({ scene: scene.current, x: event.offsetX, y: event.offsetY });
  };
  const onPointerUp = (event: PointerEvent) => {
    const was = drag.current;
    drag.current = null;
    if (was !== null && !was.moved && scene.current !== null)
      choose(page, scene.current, event.offsetX, event.offsetY);
  };
  const onDblClick = (event: MouseEvent) => {
    const row = scene.current?.rowAtPoint(event.offsetY) ?? -1;
    if (row < 0) return;
    page.set({ gfn: page.domain.rows.gfn[row] });
    page.focus();
  };
  return (
    <div class="canvas">
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: the map is driven by keys, as its label tells */}
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-roledescription="map"
        aria-label={HELP}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerLeave={() => pointer.set(null)}
        onDblClick={onDblClick}
      />
    </div>
  );
}

/** Draws the map anew when its size, the view, or the way that it is shown changes. Returns what ends that. */
function keepDrawn(canvas: HTMLCanvasElement | null, page: PageController, draw: () => void): () => void {
  if (canvas === null) return () => {};
  let frame = 0;
  const soon = () => {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      draw();
    });
  };
  const sizes = new ResizeObserver(soon);
  sizes.observe(canvas);
  const endView = page.view.listen(soon);
  const endPrinting = printing.listen(draw);
  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    wheel(page, event, canvas);
  };
  canvas.addEventListener("wheel", onWheel, { passive: false });
  return () => {
    sizes.disconnect();
    endView();
    endPrinting();
    canvas.removeEventListener("wheel", onWheel);
  };
}

function wheel(
  page: PageController,
  { deltaX, deltaY, shiftKey, offsetX, offsetY }: WheelEvent,
  canvas: HTMLCanvasElement,
): void {
  const factor = Math.exp((deltaY === 0 ? deltaX : deltaY) * WHEEL);
  if (shiftKey || offsetX < GUTTER) {
    page.zoom("frames", factor, Math.max(0, Math.min(1, (offsetY - HEAD) / (canvas.clientHeight - HEAD))));
  } else page.zoom("time", factor, Math.max(0, (offsetX - GUTTER) / (canvas.clientWidth - GUTTER)));
}

function drawn(
  canvas: HTMLCanvasElement,
  page: PageController,
  state: PageState,
  counters: ReturnType<typeof countersOf>,
): Scene | null {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const context = canvas.getContext("2d");
  if (width < 50 || height < 50 || context === null) return null;
  const scale = printing.value ? 2 : window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  const palette = readPalette();
  const scene = new Scene({
    ...{ context, state, counters, palette, width, height },
    patterns: new Patterns(palette, scale),
    domain: page.domain,
    time: page.timeAxis,
    frames: page.frameAxis,
    view: page.view.value,
  });
  paintMap(scene);
  return scene;
}

function dragTo(page: PageController, drag: Drag, x: number, y: number): void {
  if (Math.abs(x - drag.x) + Math.abs(y - drag.y) > STILL) drag.moved = true;
  if (!drag.moved) return;
  const { scene, view } = drag;
  const byTime = (drag.x - x) / scene.unit;
  const height = view.y1 - view.y0;
  const byFrames = ((drag.y - y) / scene.rowsHeight) * height;
  const top = Math.max(0, Math.min(scene.frames.total - height, view.y0 + byFrames));
  page.view.set({ x0: view.x0 + byTime, x1: view.x1 + byTime, y0: top, y1: top + height });
}

/** A click means the sign next to it, else the frame and its last event before, else the event. */
function choose(page: PageController, scene: Scene, x: number, y: number): void {
  const distance = (spot: { x: number; y: number }) => Math.hypot(spot.x - x, spot.y - y);
  const [nearest] = [...scene.hot].sort((a, b) => distance(a) - distance(b));
  if (nearest !== undefined && distance(nearest) < REACH) return page.pick(nearest.finding);
  const event = eventAt(scene.time, scene.positionAt(Math.max(x, scene.left)));
  const row = scene.rowAtPoint(y);
  if (row < 0) return page.set({ event });
  const { gfn, count } = page.domain.rows;
  // The frame that was chosen stays where it is one of the row's.
  const chosen = page.state.value.gfn;
  const frame = chosen >= gfn[row] && chosen < gfn[row] + count[row] ? chosen : gfn[row];
  page.set({ gfn: frame, event: page.nearestEvent(frame, event) });
}
