import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";

/** Folders in use, taken away with this process, however it ends. */
const folders = new Set<string>();
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Makes a folder whose path begins with `prefix`, until `removeFolder` or this process's end. */
export async function makeFolder(prefix: string): Promise<string> {
  const folder = await mkdtemp(prefix);
  folders.add(folder);
  return folder;
}

/** Takes away what `makeFolder` made. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  folders.delete(folder);
}
