import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { LabError } from "../host/lab-error.ts";
import { runTool } from "../host/run-tool.ts";

/** A module as the guest loads it: plain ELF. */
export interface KernelModule {
  /** With "_" for every "-". */
  readonly name: string;
  /** The file, not compressed. */
  readonly content: Buffer;
}

/**
 * The modules named and all that they need, in the order in which they load; names that the kernel has built in (or
 * does not have) are left out. `folder` is the kernel's /lib/modules/VERSION.
 */
export async function modulesFor(folder: string, names: readonly string[]): Promise<KernelModule[]> {
  const files = new Map<string, string>();
  for (const path of await readdir(folder, { recursive: true })) {
    const match = /(?:^|\/)([\w-]+)\.ko(?:\.(?:xz|gz|zst))?$/.exec(path);
    if (match !== null) files.set(match[1].replaceAll("-", "_"), join(folder, path));
  }
  const loaded = new Map<string, KernelModule>();
  const load = async (name: string): Promise<void> => {
    const file = files.get(name);
    if (file === undefined || loaded.has(name)) return;
    const content = await plainModule(file);
    for (const needed of dependenciesOf(content)) await load(needed);
    loaded.set(name, { name, content });
  };
  for (const name of names) await load(name.replaceAll("-", "_"));
  return [...loaded.values()];
}

/** Where a kernel package keeps its modules. */
export async function moduleFolder(root: string, version: string): Promise<string> {
  for (const base of ["usr/lib/modules", "lib/modules"]) {
    const folder = join(root, base, version);
    const found = await readdir(folder).catch(() => null);
    if (found !== null) return folder;
  }
  throw new LabError(`no modules of ${version} under ${root}: the kernel's package is incomplete`);
}

/** Names in a module's own list of needs, the member `depends=` of its .modinfo section. */
function dependenciesOf(content: Buffer): string[] {
  const at = content.indexOf("\0depends=");
  if (at < 0) return [];
  const start = at + "\0depends=".length;
  const list = content.toString("latin1", start, content.indexOf(0, start));
  return list
    .split(",")
    .filter((name) => name !== "")
    .map((name) => name.replaceAll("-", "_"));
}

async function plainModule(file: string): Promise<Buffer> {
  if (file.endsWith(".xz"))
    return runTool("xz", ["-dc", "--", file], { advice: "install xz-utils: modules are packed" });
  if (file.endsWith(".zst"))
    return runTool("zstd", ["-dc", "--", file], { advice: "install zstd: modules are packed" });
  const bytes = await readFile(file);
  return file.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}
