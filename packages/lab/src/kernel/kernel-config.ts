import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../host/lab-error.ts";

/** Options of a Linux configuration that the lab cannot do without, and what for. */
interface NeededOptions {
  /** Ends the sentence "it is needed ...": "to record them". */
  readonly why: string;
  /** Built in: y. */
  readonly builtIn: readonly string[];
  /** Built in or, with all that they need, modules: y or m. */
  readonly present: readonly string[];
}

/** What every scenario needs. */
export const neededByAll: readonly NeededOptions[] = [
  {
    why: "to boot as Dom0 with a console and an initramfs",
    builtIn: ["XEN", "XEN_DOM0", "HVC_XEN", "PRINTK", "TTY", "BLK_DEV_INITRD", "RD_GZIP", "ARM64_4K_PAGES"],
    present: [],
  },
  {
    why: "to run the lab's programs",
    builtIn: ["BINFMT_ELF", "BINFMT_SCRIPT", "FUTEX", "PROC_FS", "SYSFS", "DEVTMPFS", "TMPFS", "SHMEM"],
    present: [],
  },
  {
    why: "to balloon, to map grants and to issue hypercalls",
    builtIn: ["XEN_BALLOON", "XEN_BACKEND", "HUGETLBFS", "PROC_PAGE_MONITOR", "COMPACTION"],
    present: ["XEN_DEV_EVTCHN", "XEN_GNTDEV", "XEN_GRANT_DEV_ALLOC", "XEN_PRIVCMD"],
  },
  {
    why: "to record them",
    builtIn: ["MODULES", "KALLSYMS", "KPROBES", "FTRACE", "TRACING", "KPROBE_EVENTS"],
    present: [],
  },
  {
    why: "to share a folder with the host",
    builtIn: ["NET"],
    present: ["VIRTIO_MMIO", "NET_9P_VIRTIO", "9P_FS"],
  },
];

/** What single scenarios need, by the word that their "# needs:" says. */
export const neededBy: ReadonlyMap<string, NeededOptions> = new Map([
  ["dma", { why: "for real DMA", builtIn: ["PCI", "PCI_HOST_GENERIC"], present: ["BLK_DEV_NVME"] }],
  [
    "toolstack",
    {
      why: "for Xen's toolstack and its DomUs",
      builtIn: ["UNIX", "UNIX98_PTYS", "EVENTFD", "TIMERFD", "BLK_DEV"],
      present: ["XENFS", "BLK_DEV_RAM", "XEN_BLKDEV_BACKEND", "XEN_BLKDEV_FRONTEND"],
    },
  ],
]);

/** Options that keep the lab's module out. */
const UNWANTED = ["MODULE_SIG_FORCE", "TRIM_UNUSED_KSYMS", "LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY"];

/** Options that are set in a configuration's text, with their values. */
export function parseConfig(text: string): Map<string, string> {
  return new Map([...text.matchAll(/^CONFIG_(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
}

/** What is wrong with a configuration, a line each. */
export function configTroubles(
  config: ReadonlyMap<string, string>,
  needs: readonly NeededOptions[],
): string[] {
  const troubles: string[] = [];
  for (const { why, builtIn, present } of needs) {
    const missing = [
      ...builtIn.filter((name) => config.get(name) !== "y").map((name) => `CONFIG_${name}=y`),
      ...present.filter((name) => !config.has(name)).map((name) => `CONFIG_${name}=y or =m`),
    ];
    if (missing.length > 0) troubles.push(`${missing.join(", ")} ${why}`);
  }
  const unwanted = UNWANTED.filter((name) => config.get(name) === "y");
  for (const name of unwanted) troubles.push(`CONFIG_${name} unset, to load the lab's module`);
  return troubles;
}

/** Refuses a build tree whose configuration lacks what the lab needs. Throws LabError that names the options. */
export async function checkTreeConfig(tree: string, needs: readonly NeededOptions[]): Promise<void> {
  const text = await readFile(join(tree, ".config"), "utf8").catch(() => null);
  if (text === null)
    throw new LabError(`${tree}: no .config: --kernel takes the tree that the kernel was built in`);
  const troubles = configTroubles(parseConfig(text), needs);
  if (troubles.length === 0) return;
  const advice = `${tree}/.config lacks what the lab needs; set it (scripts/config), make olddefconfig, build again:`;
  throw new LabError(advice, troubles);
}
