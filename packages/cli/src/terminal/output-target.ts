import { fstatSync, lstatSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { LINKS_MAX } from "../limits.ts";

/** Where an output goes. */
export interface OutputTarget {
  /** The file behind all links. It need not exist, its folder must. */
  readonly path: string;
  /** What is there; undefined: nothing yet. */
  readonly existing: Stats | undefined;
}

/** The file that a path means, links followed also to one that is not there yet. Throws what Node throws. */
export function outputTarget(path: string): OutputTarget {
  const existing = statSync(path, { throwIfNoEntry: false });
  if (existing !== undefined) return { path: realpathSync(path), existing };
  let at = path;
  for (let links = 0; links < LINKS_MAX; links++) {
    const folder = realpathSync(dirname(at));
    at = resolve(folder, at.slice(dirname(at).length).replace(/^\/+/, ""));
    if (!lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink()) break;
    at = resolve(folder, readlinkSync(at));
  }
  return { path: at, existing: undefined };
}

/**
 * The first of a command's inputs that an output would take the place of, by whatever path or link; undefined: none.
 * `-` is standard input, a folder stands for the headers in it, other names of no file are none.
 */
export function overwrittenInput(target: OutputTarget, inputs: Iterable<string>): string | undefined {
  const { existing, path } = target;
  // Terminals, pipes and /dev/null may well be both.
  if (existing === undefined || !(existing.isFile() || existing.isBlockDevice())) return undefined;
  for (const input of inputs) {
    const status = statusOf(input);
    if (status === undefined) continue;
    if (status.isDirectory() ? isHeaderBelow(path, input) : isSameFile(status, existing)) return input;
  }
  return undefined;
}

function statusOf(input: string): Stats | undefined {
  try {
    return input === "-" ? fstatSync(0) : statSync(input, { throwIfNoEntry: false });
  } catch {
    // What cannot be looked at is met when it is read.
    return undefined;
  }
}

function isSameFile(a: Stats, b: Stats): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

function isHeaderBelow(path: string, folder: string): boolean {
  return path.endsWith(".h") && !relative(realpathSync(folder), path).startsWith("..");
}
