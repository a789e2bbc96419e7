import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** What a command, or an option that stands for one, looks like. */
const COMMAND = /^[a-z-]{1,20}$/;

/**
 * The file that keeps what a command needs of the program whose text has the hash `hash`, compiled for this Node: below
 * $XDG_CACHE_HOME, else ~/.cache. `command`: the first argument, such as "replay", or "replay-long" under other
 * flags of V8. Undefined: nothing is kept, as NODE_DISABLE_COMPILE_CACHE asks for of Node's own, and where a file's owner cannot
 * be told.
 */
export function codeCacheFile(
  env: Readonly<Record<string, string | undefined>>,
  hash: string,
  command = "",
): string | undefined {
  const off = env.NODE_DISABLE_COMPILE_CACHE;
  if ((off !== undefined && off !== "") || process.getuid === undefined) return undefined;
  if (!COMMAND.test(command)) return undefined;
  const given = env.XDG_CACHE_HOME ?? "";
  const base = isAbsolute(given) ? given : join(homedir(), ".cache");
  return join(base, "xgt", `${hash}-${process.version}-${process.arch}-${command}.code`);
}
