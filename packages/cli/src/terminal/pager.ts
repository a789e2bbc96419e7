import type { TextOutput } from "./io.ts";

/** What a text is shown on. */
export interface Screen {
  /** Lines that the terminal has. */
  readonly rows: number;
  /** PAGER names the program, and may hold options of it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The terminal. */
  readonly output: TextOutput;
}

/** What less does unless LESS says otherwise: colours pass, what fits into a screen is left standing there. */
const LESS = "FRX";
/** A shell's status where it does not find a program. */
const NOT_FOUND = 127;

/**
 * Shows a text on a terminal: by the user's pager where it is longer than a screen, less unless PAGER names another;
 * plainly where PAGER is empty or cat, or the pager cannot be run.
 */
export async function pageText(text: string, { rows, env, output }: Screen): Promise<void> {
  const pager = env.PAGER ?? "less";
  const fits = text.split("\n").length <= rows;
  if (fits || pager === "" || pager === "cat") return output.write(text);
  const { spawnSync } = await import("node:child_process");
  const { status, error } = spawnSync(pager, {
    shell: true,
    input: text,
    stdio: ["pipe", "inherit", "ignore"],
    env: { LESS, ...env },
  });
  if (error !== undefined || status === NOT_FOUND) await output.write(text);
}
