import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { HEADER_BYTES_MAX, HEADER_FILES_MAX } from "../../limits.ts";
import type { ArchitectureName } from "../../model/model.ts";

/** Where a kernel of Linux's make keeps its copy. */
const KERNEL_COPY = /[/\\]include[/\\]xen[/\\]interface$/;

/** Folders of a kernel's own headers, by architecture, in the order in which they are looked through. */
const KERNEL_FOLDERS: Readonly<Record<ArchitectureName, readonly string[]>> = {
  arm64: ["include", "arch/arm64/include", "arch/arm/include"],
  arm32: ["include", "arch/arm/include"],
  x86_64: ["include", "arch/x86/include"],
  x86_32: ["include", "arch/x86/include"],
};

/** What of a kernel's headers declares parts of Xen's interface: `asm/xen/interface.h`, `xen/arm/interface.h`. */
const XENS = /^(?:asm\/)?xen\/(?!interface\/)|^asm\/pvclock-abi\.h$/;

const INCLUDE = /^[ \t]*#[ \t]*include[ \t]*<([^>\n]+)>/gm;

/**
 * Headers of the kernel that a copy lies in, as far as the copy includes them: in Linux and U-Boot types and structs of an
 * architecture stand outside of `include/xen/interface`. By path below the kernel; empty for another copy.
 */
export function headersAround(root: string, files: ReadonlyMap<string, string>): Map<string, string> {
  const around = new Map<string, string>();
  const whole = resolve(root);
  if (!KERNEL_COPY.test(whole)) return around;
  const kernel = join(whole, "../../..");
  const folders = new Set(Object.values(KERNEL_FOLDERS).flat());
  const waiting = [...files.values()];
  for (let text = waiting.pop(); text !== undefined; text = waiting.pop()) {
    for (const [, name] of text.matchAll(INCLUDE)) {
      if (!XENS.test(name) || name.split("/").includes("..")) continue;
      for (const folder of folders) {
        const path = `${folder}/${name}`;
        const info = statSync(join(kernel, path), { throwIfNoEntry: false });
        if (around.has(path) || around.size >= HEADER_FILES_MAX) continue;
        if (info === undefined || !info.isFile() || info.size > HEADER_BYTES_MAX) continue;
        const found = readFileSync(join(kernel, path), "utf8");
        around.set(path, found);
        waiting.push(found);
      }
    }
  }
  return around;
}

/** Paths that a name included as `<asm/xen/interface.h>` may have below a kernel. */
export function pathsAround(name: string, arch: ArchitectureName): string[] {
  return KERNEL_FOLDERS[arch].map((folder) => `${folder}/${name}`);
}
