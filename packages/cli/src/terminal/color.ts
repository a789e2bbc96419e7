import { colorPalette, type Palette, plainPalette, TEXT_COLUMNS } from "@xgt/findings";
import type { Io, TextOutput } from "./io.ts";

/** Values of --color. */
export const colorModes = ["auto", "always", "never"] as const;
export type ColorMode = (typeof colorModes)[number];

/** Columns of text for people in a terminal, however narrow that is. */
const COLUMNS_MIN = 40;

/**
 * The colours for an output, unless --color says: with FORCE_COLOR in the environment wherever no file is written,
 * otherwise in terminals only, and not with NO_COLOR. FORCE_COLOR=0 is none at all.
 */
export function paletteFor(
  mode: ColorMode,
  output: TextOutput & { readonly isFile?: boolean },
  io: Io,
): Palette {
  if (mode === "always") return colorPalette;
  if (mode === "never" || output.isFile === true) return plainPalette;
  const { FORCE_COLOR: forced = "", NO_COLOR: refused = "", TERM } = io.env;
  if (forced !== "") return forced === "0" || forced === "false" ? plainPalette : colorPalette;
  return output.isTTY && refused === "" && TERM !== "dumb" ? colorPalette : plainPalette;
}

/** Columns of text for people: the terminal's, TEXT_COLUMNS at the most, and always so where there is none. */
export function columnsOf(output: TextOutput): number {
  return Math.min(TEXT_COLUMNS, Math.max(COLUMNS_MIN, output.columns ?? TEXT_COLUMNS));
}
