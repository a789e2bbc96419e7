import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { gunzipSync } from "node:zlib";
import { LabError } from "./lab-error.ts";
import { readError } from "./read-bounded.ts";

/** Texts by path, as `init` or `module/Kbuild`, in the order of the paths. */
export type GuestSources = ReadonlyMap<string, string>;

/**
 * What runs in the guest (guest/ of this package), by path from there; unpacked when asked for. The environment's
 * XGT_LAB_GUEST names a folder to take it from instead. Throws LabError where that cannot be read.
 */
export async function guestSources(): Promise<GuestSources> {
  const folder = process.env.XGT_LAB_GUEST;
  if (folder !== undefined) return sourcesOfFolder(folder);
  const { default: packed } = await import("../../guest?packed");
  return unpackSources(packed);
}

/** The files of a folder that was taken in as text. */
export function unpackSources(packed: string): GuestSources {
  return new Map(Object.entries(JSON.parse(gunzipSync(Buffer.from(packed, "base64")).toString())));
}

/** The files that lie straight in one folder of the sources, by name. */
export function sourcesIn(sources: GuestSources, folder: string): GuestSources {
  const inside = [...sources].filter(([path]) => path.startsWith(`${folder}/`));
  return new Map(inside.map(([path, text]) => [path.slice(folder.length + 1), text]));
}

/** One file's bytes. Throws LabError where it is missing. */
export function fileOf(sources: GuestSources, path: string): Buffer {
  const text = sources.get(path);
  if (text === undefined) throw new LabError(`the guest's files lack ${path}`);
  return Buffer.from(text);
}

async function sourcesOfFolder(folder: string): Promise<GuestSources> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    const texts = paths
      .sort()
      .map(
        async (path): Promise<[string, string]> => [
          relative(folder, path).split(sep).join("/"),
          await readFile(path, "utf8"),
        ],
      );
    return new Map(await Promise.all(texts));
  } catch (error) {
    throw readError(folder, error);
  }
}
