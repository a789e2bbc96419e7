import { existsSync } from "node:fs";
import { chmod, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shellWord } from "@xgt/findings";

/** A folder of unpacked packages (root/ and host/): where it lies, and where it will lie once it is complete. */
export interface Place {
  /** Where it lies now. */
  readonly at: string;
  /** Where it will lie, which is what files in it must say. */
  readonly becomes: string;
}

/** Makes unpacked kernel headers usable where they will lie: paths of /usr/src, and tools that need the suite's own libc. */
export async function prepareHeaders(place: Place, kernelVersion: string): Promise<void> {
  const makefile = join(place.at, "root/usr/src", `linux-headers-${kernelVersion}`, "Makefile");
  const text = await readFile(makefile, "utf8");
  const root = join(place.becomes, "root");
  await writeFile(makefile, makefileUnder(root, text));
  for (const name of await readdir(join(place.at, "root/usr/lib"))) {
    if (!name.startsWith("linux-kbuild-")) continue;
    for (const tool of ["basic/fixdep", "mod/modpost.real-lsb-64"]) {
      await wrapTool(place, join("root/usr/lib", name, "scripts", tool));
    }
  }
}

/** The headers' Makefile for a system whose root is `root`: paths in its include and (newer ones) in KBUILD_OUTPUT. */
export function makefileUnder(root: string, text: string): string {
  return text.replace(/(?<=^(?:include |KBUILD_OUTPUT=))(?=\/usr\/src\/)/gm, root);
}

/** Puts a script in a tool's place that runs it with the libc that it was built for. */
async function wrapTool(place: Place, tool: string): Promise<void> {
  const path = join(place.at, tool);
  await rename(path, `${path}.elf`);
  const libraries = join("host", await libraryFolder(join(place.at, "host")));
  const loader = (await readdir(join(place.at, libraries))).find((name) => name.startsWith("ld-linux"));
  const at = join(place.becomes, libraries);
  const words = [`${at}/${loader}`, "--library-path", at, `${join(place.becomes, tool)}.elf`];
  const script = `#!/bin/sh\nexec ${words.map(shellWord).join(" ")} "$@"\n`;
  await writeFile(path, script);
  await chmod(path, 0o755);
}

async function libraryFolder(libc: string): Promise<string> {
  const base = existsSync(join(libc, "usr/lib")) ? "usr/lib" : "lib";
  for (const folder of new Set([base, "lib"])) {
    const names = existsSync(join(libc, folder)) ? await readdir(join(libc, folder)) : [];
    const triplet = names.find((name) => name.endsWith("-linux-gnu"));
    if (triplet !== undefined && existsSync(join(libc, folder, triplet, "libc.so.6")))
      return join(folder, triplet);
  }
  return base;
}
