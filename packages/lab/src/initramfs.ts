import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type CpioEntry, cpioArchive } from "./cpio.ts";
import { type KernelModule, modulesFor } from "./kernel-modules.ts";

/** Drivers of the lab's machine and of Xen's devices; what a kernel has built in is no module. */
const MODULES = [
  "virtio_mmio",
  "9pnet_virtio",
  "9p",
  "xen-evtchn",
  "xen-privcmd",
  "xen-gntdev",
  "xen-gntalloc",
  "nvme",
] as const;

const FOLDERS = ["bin", "dev", "proc", "sys", "tmp", "share", "modules"];

/** What the guest's root holds besides Debian's own. */
export interface GuestFiles {
  /** guest/init. */
  readonly init: Buffer;
  readonly captureModule: Buffer;
  readonly program: Buffer;
}

/** The initramfs: busybox from an unpacked system at `root`, modules from the kernel's folder, our module and programs. */
export async function buildInitramfs(root: string, modules: string, files: GuestFiles): Promise<Buffer> {
  const busybox = await readFile(join(root, await busyboxPath(root)));
  return packInitramfs(busybox, await modulesFor(modules, MODULES), files);
}

/** The archive itself. */
export function packInitramfs(busybox: Buffer, modules: readonly KernelModule[], files: GuestFiles): Buffer {
  const file = (path: string, content: Uint8Array, executable = false): CpioEntry => ({
    path,
    kind: "file",
    content,
    executable,
  });
  const order = modules.map(({ name }) => `${name}\n`).join("");
  const entries: CpioEntry[] = [
    ...FOLDERS.map((path): CpioEntry => ({ path, kind: "folder" })),
    { path: "dev/console", kind: "console" },
    file("init", files.init, true),
    file("bin/busybox", busybox, true),
    { path: "bin/sh", kind: "link", content: Buffer.from("busybox") },
    file("bin/xgt-guest", files.program, true),
    file("modules/order", Buffer.from(order)),
    ...modules.map(({ name, content }) => file(`modules/${name}.ko`, content)),
    file("modules/xgt_capture.ko", files.captureModule),
  ];
  return gzipSync(cpioArchive(entries), { level: 1 });
}

async function busyboxPath(root: string): Promise<string> {
  const inBin = await readFile(join(root, "bin/busybox")).catch(() => null);
  return inBin === null ? "usr/bin/busybox" : "bin/busybox";
}
