import { rm, stat, truncate, writeFile } from "node:fs/promises";
import { LabError } from "../host/lab-error.ts";
import { readBounded } from "../host/read-bounded.ts";
import { imageForm } from "../kernel/arm64-image.ts";
import { IMAGE_SECONDS_MAX, KERNEL_IMAGE_BYTES_MAX } from "../limits.ts";
import { domUArguments, type PlacedDomU } from "../machine/placed-domu.ts";
import { qemuText, runQemu } from "../machine/qemu.ts";

/** What one run of a guest's own image needs. */
interface ImageParts {
  /** Path of Xen's binary. */
  readonly xen: string;
  /** An arm64 Image: Xen takes any as its Dom0, which is direct-mapped. */
  readonly image: string;
  /** The guest finds them in /chosen/bootargs of its device tree. */
  readonly bootargs: string;
  /** A raw file behind a virtio block device; absent: an empty one of 1 MiB. */
  readonly disk?: string | undefined;
  /** Path at which that empty one is made, and taken away again. */
  readonly scratch: string;
  /** Boots it as a dom0less domU in place of Dom0. */
  readonly domU?: PlacedDomU | undefined;
  /** Xen's command line, where Dom0 runs (default: one for a log on the console); a domU's tree holds its own. */
  readonly xenArguments?: string | undefined;
  /** What a domU's console shows when it has ended (default: the shutdown in its log): nothing ends with it. */
  readonly endMark?: RegExp | undefined;
  /** Limit of the whole run. */
  readonly seconds?: number | undefined;
  /** Ends the run when aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** How a guest ended: by itself, by its own word that it failed or Xen's, or because its time was over. */
export type ImageEnd = "shut down" | "panic" | "time is over";

/** What the run of an image left. */
export interface ImageRun {
  /** All of the console: Xen's boot log, the guest's log, what either printed besides. */
  readonly console: string;
  /** Why the machine stopped. */
  readonly end: ImageEnd;
  /** The last lines, where the guest did not end well. */
  readonly tail: readonly string[];
  /** From QEMU's start to the machine's end. */
  readonly seconds: number;
}

/** Xen's lines stand in the log as its boot log does, and no more of them: each costs the guest's lines their order. */
const XEN_ARGUMENTS = "console=dtuart dtuart=/pl011@9000000 dom0_mem=512M bootscrub=0";
/** A boot loader's word for nothing: where Dom0 is given none at all, Xen takes its own command line for Dom0's. */
const NO_BOOTARGS = " ";
const KERNEL_AT = "0x49000000";
const BOARD = [
  "-machine",
  "virt,virtualization=on,gic-version=3",
  "-cpu",
  "cortex-a57",
  "-smp",
  "1",
  "-m",
  "2048",
];
const NO_DISPLAY = ["-display", "none", "-nodefaults", "-no-reboot", "-serial", "stdio"];
const MODERN_VIRTIO = ["-global", "virtio-mmio.force-legacy=false"];
/** Nothing ends where a domU shuts down: QEMU runs on, and the guest's own word is what tells. */
const SHUTDOWN = /"ev":"domain","what":"shutdown"/;
const AFTER_SHUTDOWN_MS = 300;
const DISK_BYTES = 1 << 20;
const SHUT_DOWN = "shut down";
/** A guest says so itself, or Xen says it of the guest or of itself. */
const PANIC =
  /PANIC|\(XEN\) (?:\[[^\]]*\] )?(?:Hardware Dom0 crashed|Panic on CPU)|Kernel panic - not syncing/;

/** Boots Xen with an image as direct-mapped Dom0, until the guest has ended. Throws LabError where nothing can be run. */
export async function runImage(parts: ImageParts): Promise<ImageRun> {
  await checkImage(parts.image);
  const disk = parts.disk ?? parts.scratch;
  if (parts.disk === undefined) {
    await writeFile(disk, "");
    await truncate(disk, DISK_BYTES);
  } else if ((await stat(disk).catch(() => null)) === null) throw new LabError(`${disk}: no such file`);
  try {
    let panic = false;
    let gone = false;
    const seconds = parts.seconds ?? IMAGE_SECONDS_MAX;
    const late = `the guest did not shut down within ${seconds} s`;
    const run = await runQemu(qemuArguments(parts, disk), {
      seconds,
      late,
      signal: parts.signal,
      look(screen, machine) {
        if (panic || gone) return;
        panic = screen.matches(PANIC);
        gone = !panic && parts.domU !== undefined && screen.matches(parts.endMark ?? SHUTDOWN);
        if (panic) machine.stopSoon("panic");
        else if (gone) machine.stopSoon(SHUT_DOWN, AFTER_SHUTDOWN_MS);
      },
    });
    if (!["", late, "panic", SHUT_DOWN].includes(run.stopped)) throw new LabError(run.stopped);
    const end = panic ? "panic" : run.stopped === late ? "time is over" : SHUT_DOWN;
    if (end === SHUT_DOWN && !/\(XEN\)/.test(run.screen.text)) {
      throw new LabError(`QEMU ended before Xen began (${run.code}):`, run.screen.tail());
    }
    return {
      console: run.screen.text,
      end,
      tail: end === SHUT_DOWN ? [] : run.screen.tail(),
      seconds: run.seconds,
    };
  } finally {
    if (parts.disk === undefined) await rm(disk, { force: true });
  }
}

/** Refuses what Xen would not boot, with the reason. */
async function checkImage(image: string): Promise<void> {
  const form = imageForm(await readBounded(image, KERNEL_IMAGE_BYTES_MAX, "a guest's arm64 Image"));
  if (form === "plain" || form === "gzip") return;
  const why = form === "elf" ? ": it is an ELF file; objcopy -O binary makes the Image of it" : "";
  throw new LabError(`${image} is no arm64 Image that Xen boots${why}`);
}

function qemuArguments(parts: ImageParts, disk: string): string[] {
  return [
    ...BOARD,
    ...NO_DISPLAY,
    ...["-kernel", parts.xen, "-append", parts.xenArguments ?? XEN_ARGUMENTS],
    ...(parts.domU === undefined ? asDom0(parts) : domUArguments(parts.domU)),
    ...MODERN_VIRTIO,
    ...["-drive", `if=none,id=disk,format=raw,cache=unsafe,file=${qemuText(disk)}`],
    ...["-device", "virtio-blk-device,drive=disk"],
  ];
}

function asDom0({ image, bootargs }: ImageParts): string[] {
  const kernel = `kernel=${qemuText(image)},bootargs=${qemuText(bootargs || NO_BOOTARGS)}`;
  return ["-device", `guest-loader,addr=${KERNEL_AT},${kernel}`];
}

/** The device tree of the board that images run on, as QEMU makes it. Throws LabError. */
export async function boardTree(file: string): Promise<void> {
  const [machine, ...rest] = BOARD.slice(1);
  const args = ["-machine", `${machine},dumpdtb=${qemuText(file)}`, ...rest, ...NO_DISPLAY.slice(0, 3)];
  const seconds = 30;
  const run = await runQemu(args, { seconds, late: `QEMU wrote no device tree in ${seconds} s`, look() {} });
  if (run.code !== 0) throw new LabError(`QEMU wrote no device tree (${run.code}):`, run.screen.tail());
}
