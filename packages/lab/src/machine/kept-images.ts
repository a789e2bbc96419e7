import { createHash } from "node:crypto";
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { GuestSources } from "../host/guest-sources.ts";

/**
 * Folder in the cache for images made of these sources with these files (kernel, its symbols): another one where any of
 * them is another one.
 */
export async function keptImagesFolder(
  cache: string,
  sources: GuestSources,
  files: readonly string[],
): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([...sources]));
  for (const file of files) {
    const { size, mtimeMs } = await stat(file).catch(() => ({ size: 0, mtimeMs: 0 }));
    hash.update(JSON.stringify([file, size, mtimeMs]));
  }
  const folder = join(cache, "images", hash.digest("hex").slice(0, 16));
  await mkdir(folder, { recursive: true });
  return folder;
}
