import { readFileSync, statSync } from "node:fs";
import { BASELINE_BYTES_MAX, type Baseline, BaselineError, readBaseline } from "@xgt/run";
import { CliError } from "../terminal/cli-error.ts";
import { shownPath } from "../terminal/shown-path.ts";

/** Reads what --baseline names; null where it was not given. Throws CliError. */
export function givenBaseline(path: string | undefined): Baseline | null {
  if (path === undefined) return null;
  const name = shownPath(path);
  try {
    if (statSync(path).size > BASELINE_BYTES_MAX) {
      throw new CliError(`${name}: longer than ${BASELINE_BYTES_MAX >> 20} MiB`);
    }
    return readBaseline(readFileSync(path, "utf8"), path);
  } catch (error) {
    if (error instanceof BaselineError) throw new CliError(error.message);
    if (error instanceof CliError) throw error;
    const code = error instanceof Error && "code" in error ? error.code : "unknown error";
    const what = code === "ENOENT" ? "no such file; --write-baseline makes one" : `cannot be read (${code})`;
    throw new CliError(`${name}: ${what}`);
  }
}
