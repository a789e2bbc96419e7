import { type ColorMode, paletteFor } from "../../terminal/color.ts";
import type { Io } from "../../terminal/io.ts";
import { messageLine } from "../../terminal/messages.ts";

/** Says on stderr what a repository's settings made of a command whose report has no place for it; null: nothing. */
export async function tellDefaults(defaults: string | null, color: ColorMode, io: Io): Promise<void> {
  if (defaults !== null)
    await io.stderr.write(messageLine("info", defaults, paletteFor(color, io.stderr, io)));
}
