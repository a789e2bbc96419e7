import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type KernelModule, modulesFor } from "../kernel/kernel-modules.ts";
import { type CpioEntry, cpioArchive } from "./cpio.ts";

/** Drivers of the lab's machine and of Xen's devices; what a kernel has built in is no module. */
const DOM0_MODULES = [
  "virtio_mmio",
  "9pnet_virtio",
  "9p",
  "xen-evtchn",
  "xen-privcmd",
  "xen-gntdev",
  "xen-gntalloc",
  "nvme",
  "virtio_blk",
] as const;
const DOMU_MODULES = ["xen-blkfront"] as const;

/** Folders that both kinds of guest have. */
const FOLDERS = ["bin", "dev", "lib", "proc", "sys", "tmp", "modules"];

/** Where a guest's programs and modules come from. */
export interface GuestSystem {
  /** Root of the unpacked system that has busybox. */
  readonly root: string;
  /** Folder with the kernel's modules, at any depth. */
  readonly modules: string;
}

/** What Dom0's root holds besides Debian's own. */
export interface GuestFiles {
  /** guest/init. */
  readonly init: Buffer;
  /** xgt_capture.ko, built for this kernel. */
  readonly captureModule: Buffer;
  /** xgt-guest, what scenarios run. */
  readonly program: Buffer;
}

/** What the run's package groups add to Dom0's root. */
interface GroupFiles {
  /** Programs and libraries, at their places. */
  readonly files: readonly CpioEntry[];
  /** Names of kernel modules to load; what a kernel has built in may be among them. */
  readonly modules: readonly string[];
}

/** Dom0's initramfs: busybox, the lab's drivers, our module and programs, and what the run's groups add. */
export async function dom0Initramfs(
  system: GuestSystem,
  own: GuestFiles,
  groups: readonly GroupFiles[],
): Promise<Buffer> {
  const names = [...DOM0_MODULES, ...groups.flatMap(({ modules }) => modules)];
  // Groups share libraries: the first has them.
  const added = new Map(groups.flatMap(({ files }) => files).map((entry) => [entry.path, entry]));
  return packInitramfs(await busybox(system.root), own.init, await modulesFor(system.modules, names), [
    { path: "share", kind: "folder" },
    file("bin/xgt-guest", own.program, true),
    file("modules/xgt_capture.ko", own.captureModule),
    ...added.values(),
  ]);
}

/** A DomU's initramfs: busybox and the frontend of its disk. `init` is guest/domu/init. */
export async function domuInitramfs(system: GuestSystem, init: Buffer): Promise<Buffer> {
  return packInitramfs(await busybox(system.root), init, await modulesFor(system.modules, DOMU_MODULES), []);
}

/** The archive itself. */
function packInitramfs(
  busybox: Buffer,
  init: Buffer,
  modules: readonly KernelModule[],
  more: readonly CpioEntry[],
): Buffer {
  const order = modules.map(({ name }) => `${name}\n`).join("");
  const entries: CpioEntry[] = [
    ...FOLDERS.map((path): CpioEntry => ({ path, kind: "folder" })),
    { path: "dev/console", kind: "console" },
    file("init", init, true),
    file("bin/busybox", busybox, true),
    { path: "bin/sh", kind: "link", content: Buffer.from("busybox") },
    file("modules/order", Buffer.from(order)),
    ...modules.map(({ name, content }) => file(`modules/${name}.ko`, content)),
    ...more,
  ];
  return gzipSync(cpioArchive(entries), { level: 1 });
}

function file(path: string, content: Uint8Array, executable = false): CpioEntry {
  return { path, kind: "file", content, executable };
}

async function busybox(root: string): Promise<Buffer> {
  const inBin = await readFile(join(root, "bin/busybox")).catch(() => null);
  return inBin ?? readFile(join(root, "usr/bin/busybox"));
}
