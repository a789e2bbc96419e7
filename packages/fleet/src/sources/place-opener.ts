import { realpath, stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { type ByteInput, LogOpenError, openError, openFileInput } from "@xgt/hypercall-log";

/** Where the names of a run's files lead. Plain data that can be handed to another thread. */
export interface LogPlaces {
  /** Folder that names are relative to. */
  readonly base: string;
  /** Folders that alone may be read from; null: everything may. */
  readonly roots: readonly string[] | null;
}

/** Opens the files of a run by the names that its manifest gives them: paths, or file: URLs. */
export class PlaceOpener {
  private readonly places: LogPlaces;

  constructor(places: LogPlaces) {
    this.places = places;
  }

  /** Opens what a name stands for. Throws LogOpenError, which calls it by its name. */
  async open(name: string): Promise<ByteInput> {
    return openFileInput(await this.pathOf(name), name);
  }

  private async pathOf(name: string): Promise<string> {
    const { base, roots } = this.places;
    const path = name.startsWith("file:") ? pathOfUrl(name) : resolve(base, name);
    if (roots === null) return path;
    // By its name first: what is outside is not even looked for.
    if (!isBelow(roots, path)) throw outside(name);
    try {
      const real = await realpath(path);
      const realRoots = await Promise.all(roots.map((root) => realpath(root)));
      if (!isBelow(realRoots, real)) throw outside(name);
      const status = await stat(real);
      if (status.isFile() || status.isDirectory()) return real;
      const advice = "copy what it gives into a file";
      throw new LogOpenError("unreadable", name, "is no file, and a worker reads nothing else", advice);
    } catch (error) {
      throw openError(name, error);
    }
  }
}

function pathOfUrl(name: string): string {
  try {
    return fileURLToPath(name);
  } catch {
    throw new LogOpenError("missing", name, "is no file: URL", "write file:///PATH");
  }
}

function isBelow(roots: readonly string[], path: string): boolean {
  return roots.some((root) => path === root || path.startsWith(root.endsWith(sep) ? root : root + sep));
}

function outside(name: string): LogOpenError {
  const what = "lies outside of what this worker may read";
  return new LogOpenError("unreadable", name, what, "--root says what it may");
}
