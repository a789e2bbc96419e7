import { frameText } from "@xgt/findings";
import type { PageState, View } from "./page-state.ts";

/** What an address says beside the state: the event by its number, and the view as parts of the axes. */
export interface Address {
  readonly state: Partial<PageState>;
  /** Number of the event; null: not said. */
  readonly event: number | null;
  /** As parts of the axes, so that a window's size does not matter; null: not said. */
  readonly view: View | null;
}

const TEXT_MAX = 200;

/** The part of the page's address after the #. */
export function fragmentOf(state: PageState, event: number | null, view: View): string {
  const parts = new URLSearchParams();
  parts.set("d", String(state.domid));
  if (state.gfn >= 0) parts.set("f", frameText(state.gfn));
  if (event !== null) parts.set("e", String(event));
  parts.set("x", state.time);
  parts.set("y", state.frames);
  parts.set("v", [view.x0, view.x1, view.y0, view.y1].map((part) => Number(part.toFixed(5))).join(","));
  if (state.theme !== "") parts.set("t", state.theme);
  if (state.shown.info) parts.set("i", "1");
  if (state.by === "rule") parts.set("r", "1");
  if (state.task !== "") parts.set("task", state.task);
  if (state.device !== "") parts.set("dev", state.device);
  return parts.toString();
}

/** Reads an address. What is not as it should be is left out. */
export function readFragment(text: string): Address {
  const parts = new URLSearchParams(text.replace(/^#/, ""));
  const state: { -readonly [name in keyof PageState]?: PageState[name] } = {};
  const domid = parts.get("d");
  if (domid !== null && /^\d{1,5}$/.test(domid)) state.domid = Number(domid);
  const frame = parts.get("f");
  if (frame !== null && /^0x[0-9a-f]{1,13}$/i.test(frame)) state.gfn = Number(frame);
  const time = parts.get("x");
  if (time === "steps" || time === "seconds") state.time = time;
  const frames = parts.get("y");
  if (frames === "changed" || frames === "all") state.frames = frames;
  const theme = parts.get("t");
  if (theme === "light" || theme === "dark") state.theme = theme;
  if (parts.get("i") === "1") state.shown = { error: true, warning: true, info: true };
  if (parts.get("r") === "1") state.by = "rule";
  state.task = (parts.get("task") ?? "").slice(0, TEXT_MAX);
  state.device = (parts.get("dev") ?? "").slice(0, TEXT_MAX);
  const event = parts.get("e");
  return {
    state,
    event: event !== null && /^\d{1,15}$/.test(event) ? Number(event) : null,
    view: viewOf(parts.get("v")),
  };
}

function viewOf(text: string | null): View | null {
  const [x0, x1, y0, y1, ...more] = (text ?? "").split(",").map(Number);
  if (more.length > 0 || ![x0, x1, y0, y1].every(Number.isFinite)) return null;
  return x1 > x0 && y1 > y0 && Math.max(x1, y1, -x0, -y0) < 10 ? { x0, x1, y0, y1 } : null;
}
