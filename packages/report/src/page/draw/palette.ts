import { EMPTY, FrameKind } from "../model/frame-kinds.ts";

/** Names of the colours in the style sheet. */
const COLORS = [
  ...(["own", "hole", "grant", "foreign", "xen", "mmio", "identity", "unknown", "hatch", "over"] as const),
  ...([
    "bg",
    "panel",
    "raise",
    "ink",
    "dim",
    "line",
    "focus",
    "err",
    "warnfill",
    "info",
    "grid",
    "onkind",
  ] as const),
];

type ColorName = (typeof COLORS)[number];

/** The colours of the theme at hand. */
export type Palette = Readonly<Record<ColorName, string>>;

/** Style name of each kind. */
export const kindColors: Readonly<Record<number, ColorName>> = {
  [FrameKind.own]: "own",
  [FrameKind.hole]: "hole",
  [EMPTY]: "hole",
  [FrameKind.grant]: "grant",
  [FrameKind.foreign]: "foreign",
  [FrameKind.xen]: "xen",
  [FrameKind.mmio]: "mmio",
  [FrameKind.identity]: "identity",
  [FrameKind.unknown]: "unknown",
};

/** Reads the colours: at every drawing, since the theme may change. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const entries = COLORS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
  return Object.fromEntries(entries) as Palette;
}
