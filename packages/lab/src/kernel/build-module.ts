import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkBuildPath } from "../host/build-path.ts";
import type { GuestSources } from "../host/guest-sources.ts";
import { runTool } from "../host/run-tool.ts";

/** What the compilers of guests are called in Debian. */
export const COMPILER_ADVICE = "install gcc-aarch64-linux-gnu, make and libc6-dev-arm64-cross";
/** Prefix of the compilers of guests. */
export const CROSS = "aarch64-linux-gnu-";

/** Builds the capture module (guest/module) against a kernel's headers and returns the .ko. Throws LabError. */
export async function buildModule(
  headers: string,
  sources: GuestSources,
  workFolder: string,
): Promise<Buffer> {
  checkBuildPath(workFolder, "name another folder for temporary files in TMPDIR");
  checkBuildPath(headers, "move the kernel's tree");
  const folder = await writeSources(sources, join(workFolder, "module"));
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

/** Builds the programs (guest/programs) that run in Dom0, linked statically, and returns the binary. Throws LabError. */
export async function buildProgram(sources: GuestSources, workFolder: string): Promise<Buffer> {
  const folder = await writeSources(sources, join(workFolder, "programs"));
  const files = [...sources.keys()].filter((name) => name.endsWith(".c")).sort();
  const output = join(workFolder, "xgt-guest");
  const flags = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-static", "-o", output];
  await runTool(`${CROSS}gcc`, [...flags, ...files.map((name) => join(folder, name))], {
    advice: COMPILER_ADVICE,
  });
  return readFile(output);
}

/** Writes files into a new folder and returns its path. */
async function writeSources(sources: GuestSources, folder: string): Promise<string> {
  await mkdir(folder);
  for (const [name, text] of sources) await writeFile(join(folder, name), text);
  return folder;
}
