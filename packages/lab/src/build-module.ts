import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { UnpackedRelease } from "./package-cache.ts";
import { runTool } from "./run-tool.ts";

const COMPILER_ADVICE = "install gcc-aarch64-linux-gnu, make and libc6-dev-arm64-cross";
const CROSS = "aarch64-linux-gnu-";

/** Builds the capture module against a kernel's headers and returns the .ko. `source` is guest/module. Throws LabError. */
export async function buildModule(headers: string, source: string, workFolder: string): Promise<Buffer> {
  const folder = join(workFolder, "module");
  await mkdir(folder, { recursive: true });
  await cp(source, folder, { recursive: true });
  await runTool(
    "make",
    [
      "-C",
      headers,
      `M=${folder}`,
      "ARCH=arm64",
      `CROSS_COMPILE=${CROSS}`,
      `CC=${CROSS}gcc`,
      // Debian's kernel may come from a newer gcc than the host's cross compiler: an option of gcc 14, and BTF.
      "CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=",
      "CONFIG_DEBUG_INFO_BTF_MODULES=",
      "modules",
    ],
    { advice: COMPILER_ADVICE },
  );
  return readFile(join(folder, "xgt_capture.ko"));
}

/** Builds the programs that run in Dom0, linked statically, and returns the binary. Throws LabError. */
export async function buildProgram(source: string, workFolder: string): Promise<Buffer> {
  const files = (await readdir(source)).filter((name) => name.endsWith(".c")).sort();
  const output = join(workFolder, "xgt-guest");
  const flags = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-static", "-o", output];
  await runTool(`${CROSS}gcc`, [...flags, ...files.map((name) => join(source, name))], {
    advice: COMPILER_ADVICE,
  });
  return readFile(output);
}

/** Makes the unpacked headers usable where they lie: paths of /usr/src, and tools that need the suite's own libc. */
export async function prepareHeaders(unpacked: UnpackedRelease): Promise<void> {
  const { root, kernelVersion } = unpacked;
  const makefile = join(root, "usr/src", `linux-headers-${kernelVersion}`, "Makefile");
  const text = await readFile(makefile, "utf8");
  await writeFile(makefile, text.replace(/^include .*(\/usr\/src\/[^/]+\/Makefile)$/m, `include ${root}$1`));
  const kbuild = join(root, "usr/lib");
  for (const name of await readdir(kbuild)) {
    if (!name.startsWith("linux-kbuild-")) continue;
    const scripts = join(kbuild, name, "scripts");
    for (const tool of ["basic/fixdep", "mod/modpost.real-lsb-64"]) {
      await wrapTool(join(scripts, tool), join(dirname(root), "host"));
    }
  }
}

/** Puts a script in a tool's place that runs it with the libc that it was built for. */
async function wrapTool(tool: string, libc: string): Promise<void> {
  const elf = `${tool}.elf`;
  if (!existsSync(elf)) await rename(tool, elf);
  const libraries = join(libc, await libraryFolder(libc));
  const loader = (await readdir(libraries)).find((name) => name.startsWith("ld-linux"));
  const script = `#!/bin/sh\nexec "${libraries}/${loader}" --library-path "${libraries}" "${elf}" "$@"\n`;
  await writeFile(tool, script);
  await chmod(tool, 0o755);
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
