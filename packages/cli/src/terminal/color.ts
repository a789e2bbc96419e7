import { colorPalette, type Palette, plainPalette } from "@xgt/findings";
import type { Io, TextOutput } from "./io.ts";

/** Values of --color. */
export const colorModes = ["auto", "always", "never"] as const;
export type ColorMode = (typeof colorModes)[number];

/** The colours for an output: none where it is no terminal or NO_COLOR is set, unless --color says otherwise. */
export function paletteFor(mode: ColorMode, output: TextOutput, io: Io): Palette {
  if (mode === "always") return colorPalette;
  if (mode === "never" || !output.isTTY) return plainPalette;
  const noColor = io.env.NO_COLOR;
  return (noColor !== undefined && noColor !== "") || io.env.TERM === "dumb" ? plainPalette : colorPalette;
}
