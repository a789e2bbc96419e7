import { rm, stat, truncate, writeFile } from "node:fs/promises";
import { LabError } from "../host/lab-error.ts";
import { readBounded } from "../host/read-bounded.ts";
import { imageForm } from "../kernel/arm64-image.ts";
import { IMAGE_SECONDS_MAX, KERNEL_IMAGE_BYTES_MAX } from "../limits.ts";
import { qemuText, runQemu } from "../machine/qemu.ts";

/** What one run of a guest's own image needs. */
export interface ImageParts {
  readonly xen: string;
  /** An arm64 Image: Xen takes any as its Dom0, which is direct-mapped. */
  readonly image: string;
  /** The guest finds them in /chosen/bootargs of its device tree. */
  readonly bootargs: string;
  /** A raw file behind a virtio block device; absent: an empty one of 1 MiB, made at `scratch` and taken away again. */
  readonly disk?: string | undefined;
  readonly scratch: string;
  /** Limit of the whole run. */
  readonly seconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a guest ended: by itself, by its own word that it failed or Xen's, or because its time was over. */
export type ImageEnd = "shut down" | "panic" | "time is over";

/** What the run of an image left. */
export interface ImageRun {
  /** All of the console: Xen's boot log, the guest's log, what either printed besides. */
  readonly console: string;
  readonly end: ImageEnd;
  /** The last lines, where the guest did not end well. */
  readonly tail: readonly string[];
  readonly seconds: number;
}

/** Xen's lines stand in the log as its boot log does, and no more of them: each costs the guest's lines their order. */
const XEN_ARGUMENTS = "console=dtuart dtuart=/pl011@9000000 dom0_mem=512M bootscrub=0 sync_console";
const KERNEL_AT = "0x49000000";
const MEMORY_MIB = 2048;
const DISK_BYTES = 1 << 20;
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
    const seconds = parts.seconds ?? IMAGE_SECONDS_MAX;
    const late = `the guest did not shut down within ${seconds} s`;
    const run = await runQemu(qemuArguments(parts, disk), {
      seconds,
      late,
      signal: parts.signal,
      look(screen, machine) {
        if (panic || !screen.matches(PANIC)) return;
        panic = true;
        machine.stopSoon("panic");
      },
    });
    if (run.stopped !== "" && run.stopped !== late && run.stopped !== "panic")
      throw new LabError(run.stopped);
    const end = panic ? "panic" : run.stopped === late ? "time is over" : "shut down";
    if (end === "shut down" && !/\(XEN\)/.test(run.screen.text)) {
      throw new LabError(`QEMU ended before Xen began (${run.code}):`, run.screen.tail());
    }
    return {
      console: run.screen.text,
      end,
      tail: end === "shut down" ? [] : run.screen.tail(),
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
  const kernel = `kernel=${qemuText(parts.image)},bootargs=${qemuText(parts.bootargs)}`;
  return [
    ...["-machine", "virt,virtualization=on,gic-version=3", "-cpu", "cortex-a57", "-smp", "1"],
    ...["-m", String(MEMORY_MIB), "-display", "none", "-nodefaults", "-no-reboot", "-serial", "stdio"],
    ...["-kernel", parts.xen, "-append", XEN_ARGUMENTS],
    ...["-device", `guest-loader,addr=${KERNEL_AT},${kernel}`],
    ...["-global", "virtio-mmio.force-legacy=false"],
    ...["-drive", `if=none,id=disk,format=raw,file=${qemuText(disk)}`],
    ...["-device", "virtio-blk-device,drive=disk"],
  ];
}
