import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { LabError } from "../host/lab-error.ts";
import { runTool } from "../host/run-tool.ts";
import type { CpioEntry } from "./cpio.ts";

const READELF_ADVICE = "install gcc-aarch64-linux-gnu, which brings it";

/**
 * Programs of an unpacked system, for /bin, and the shared libraries that they need, at any depth, for /lib, with
 * those named in `loaded`. Throws LabError where one is missing.
 */
export async function programFiles(
  root: string,
  programs: readonly string[],
  loaded: readonly string[],
): Promise<CpioEntry[]> {
  const files = new Map<string, string>();
  for (const path of await readdir(root, { recursive: true })) {
    if (/\.so(?:\.[\d.]+)?$/.test(path)) files.set(basename(path), join(root, path));
  }
  const entries = new Map<string, CpioEntry>();
  const add = async (folder: string, path: string): Promise<void> => {
    const name = `${folder}/${basename(path)}`;
    if (entries.has(name)) return;
    entries.set(name, { path: name, kind: "file", content: await readFile(path), executable: true });
    for (const needed of await neededLibraries(path)) await addLibrary(needed, path);
  };
  const addLibrary = async (library: string, user: string): Promise<void> => {
    const path = files.get(library);
    if (path === undefined) throw new LabError(`${user} needs ${library}, which no fetched package has`);
    await add("lib", path);
  };
  for (const program of programs) {
    await add("bin", join(root, program)).catch((error: NodeJS.ErrnoException) => {
      throw error.code === "ENOENT" ? new LabError(`${program}: no fetched package has it`) : error;
    });
  }
  for (const library of loaded) await addLibrary(library, programs.join(", "));
  return [...entries.values()];
}

/** Names of libraries in an ELF file's dynamic section. */
async function neededLibraries(path: string): Promise<string[]> {
  const text = await runTool("aarch64-linux-gnu-readelf", ["-d", path], { advice: READELF_ADVICE });
  return [...`${text}`.matchAll(/\(NEEDED\).*\[(.+)\]$/gm)].map((match) => match[1]);
}
