import type { PageController } from "./page-controller.ts";

/** What a key does. */
interface Key {
  /** As KeyboardEvent.key, letters in lower case. */
  readonly keys: readonly string[];
  readonly shown: string;
  readonly what: string;
  /** Only where the map or nothing has the focus: elsewhere the key scrolls or moves a choice. */
  readonly onMap?: boolean;
  readonly act: (page: PageController, key: string, shift: boolean) => void;
}

const PAN = 0.15;
const ZOOM = 0.7;

/** Puts the focus where something is typed or read; the parts of the page do it. */
export const focusTargets: { search?: () => void; help?: () => void; theme?: () => void } = {};

/** Every key, in the order in which help lists them. */
export const keys: readonly Key[] = [
  {
    keys: ["n", "p"],
    shown: "n  p",
    what: "next, previous finding",
    act: (page, key) => page.step(key === "n" ? 1 : -1),
  },
  {
    keys: ["ArrowUp", "ArrowDown"],
    shown: "↑  ↓",
    what: "previous, next frame",
    onMap: true,
    act: (page, key) => page.stepFrame(key === "ArrowDown" ? 1 : -1),
  },
  {
    keys: ["ArrowLeft", "ArrowRight"],
    shown: "←  →",
    what: "previous, next event of the frame",
    onMap: true,
    act: (page, key) => page.stepEvent(key === "ArrowRight" ? 1 : -1),
  },
  { keys: ["c"], shown: "c", what: "the cause of the finding shown", act: (page) => page.toCause() },
  { keys: ["/"], shown: "/", what: "search", act: () => focusTargets.search?.() },
  { keys: ["f"], shown: "f", what: "zoom to the chosen frame", act: (page) => page.focus() },
  { keys: ["0"], shown: "0", what: "show everything", act: (page) => page.fit() },
  {
    keys: ["w", "s"],
    shown: "w  s",
    what: "zoom in time (Shift: frames)",
    act: (page, key, shift) => page.zoom(shift ? "frames" : "time", key === "w" ? ZOOM : 1 / ZOOM, 0.5),
  },
  {
    keys: ["a", "d"],
    shown: "a  d",
    what: "move in time (Shift: frames)",
    act: (page, key, shift) => {
      const by = key === "a" ? -PAN : PAN;
      page.pan(shift ? 0 : by, shift ? by : 0);
    },
  },
  {
    keys: ["x"],
    shown: "x",
    what: "steps or seconds",
    act: (page) => page.chooseTime(page.state.value.time === "steps" ? "seconds" : "steps"),
  },
  {
    keys: ["y"],
    shown: "y",
    what: "changed frames or all addresses",
    act: (page) => page.chooseFrames(page.state.value.frames === "changed" ? "all" : "changed"),
  },
  { keys: ["t"], shown: "t", what: "dark or light", act: () => focusTargets.theme?.() },
  { keys: ["?"], shown: "?", what: "this list", act: () => focusTargets.help?.() },
  {
    keys: ["Escape"],
    shown: "Esc",
    what: "close, clear",
    act: (page) => page.set({ gfn: -1, event: -1 }),
  },
];

/** Does what a key says; false: it means nothing here. */
export function pressKey(page: PageController, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target as HTMLElement | null;
  if (target?.matches("input, select, textarea") || document.querySelector("dialog[open]") !== null)
    return false;
  const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const key = keys.find((one) => one.keys.includes(pressed));
  if (key === undefined) return false;
  if (key.onMap === true && target !== document.body && target?.tagName !== "CANVAS") return false;
  key.act(page, pressed, event.shiftKey);
  return true;
}
