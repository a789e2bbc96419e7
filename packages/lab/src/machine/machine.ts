import { stat } from "node:fs/promises";
import { LabError } from "../host/lab-error.ts";
import { BOOT_SECONDS_MAX } from "../limits.ts";
import { consoleTrouble } from "./console-trouble.ts";
import { GuestPanic } from "./guest-panic.ts";
import { domUArguments, type PlacedDomU } from "./placed-domu.ts";
import { qemuText, runQemu } from "./qemu.ts";

/** What a machine is made of. */
export interface MachineParts {
  /** Path of Xen's binary. */
  readonly xen: string;
  /** Path of Dom0's Image. */
  readonly kernel: string;
  /** Path of Dom0's initramfs. */
  readonly initramfs: string;
  /** Folder that the guest mounts as /share. */
  readonly share: string;
  /** Raw disk image behind an emulated NVMe controller, or a virtio device where a domU has it; undefined: none. */
  readonly disk?: string | undefined;
  /** MiB of Dom0 over the DOM0_MIB that it always has. */
  readonly moreMib: number;
  /** Kernel and initramfs are a dom0less domU's; undefined: Dom0's. */
  readonly domU?: PlacedDomU | undefined;
  /** Seconds for the scenario. */
  readonly seconds: number;
  /** Ends the machine when aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** How a machine's run ended. */
export interface MachineRun {
  /** Status of the scenario's script. */
  readonly status: number;
  /** What Xen and Dom0 printed, its end where it was longer than CONSOLE_BYTES_MAX. */
  readonly console: string;
  /** Seconds from QEMU's start to the guest's first program. */
  readonly bootSeconds: number;
  /** Seconds from QEMU's start to the machine's end. */
  readonly seconds: number;
}

const XEN_ARGUMENTS =
  "console=dtuart dtuart=/pl011@9000000 loglvl=all guest_loglvl=all bootscrub=0 sync_console";
const NVME = "nvme,drive=disk,serial=lab,bus=pcie.0";
const LINUX_ARGUMENTS = "panic=-1 nokaslr";
const DOM0_CONSOLE = "console=hvc0 earlycon=xenboot";
/** Its emulated UART. What Linux does not know as its own it puts into the environment of guest/init: the domain's id, its disk. */
export const LINUX_DOMU_ARGUMENTS = `console=ttyAMA0 ${LINUX_ARGUMENTS} XGT_DOMID=1 XGT_DISK=/dev/vda`;
/** Where guest-loader puts the kernel and the initramfs: clear of QEMU's device tree and of Xen. */
const KERNEL_AT = "0x49000000";
const INITRAMFS_AT = "0x50000000";
const MEMORY_MIB = 2048;
const DOM0_MIB = 512;

const PANIC = /Kernel panic - not syncing|\(XEN\) Panic on CPU|Hardware Dom0 crashed/;
/** The guest's first program could not do its part. */
const FAILED = /XGT-LAB-FAILED/;
/** Its last word, before it ends the machine; a domU ends nothing but itself. */
const DONE = /XGT-LAB-DONE (\d+)/;
const DOMU_DONE = "the domU is done";
const AFTER_DONE_MS = 300;

/** Boots Xen and Dom0 in QEMU, waits for the scenario's end and returns. Throws LabError, the console's end in it. */
export async function runMachine(parts: MachineParts): Promise<MachineRun> {
  for (const file of [parts.xen, parts.kernel, parts.initramfs]) {
    const size = await stat(file).catch(() => null);
    if (size === null) throw new LabError(`${file}: no such file`);
  }
  let bootSeconds = Number.NaN;
  let failed = false;
  let ended = false;
  const { screen, code, stopped, seconds } = await runQemu(qemuArguments(parts), {
    seconds: BOOT_SECONDS_MAX,
    late: `the guest was not up after ${BOOT_SECONDS_MAX} s`,
    signal: parts.signal,
    look(screen, machine) {
      if (Number.isNaN(bootSeconds) && screen.has("XGT-LAB-UP")) {
        bootSeconds = machine.seconds;
        machine.limit(parts.seconds, `the scenario did not end within ${parts.seconds} s`);
      }
      if (parts.domU !== undefined && !ended && screen.matches(DONE)) {
        ended = true;
        machine.stopSoon(DOMU_DONE, AFTER_DONE_MS);
      }
      if (failed || !(screen.matches(PANIC) || screen.matches(FAILED))) return;
      failed = true;
      machine.stopSoon("the guest failed");
    },
  });
  if (!Number.isNaN(bootSeconds) && screen.matches(PANIC))
    throw new GuestPanic("the guest panicked; the console's last lines:", screen.tail(), screen.text);
  const done = DONE.exec(screen.text);
  const why = stopped === DOMU_DONE ? "" : stopped;
  if (why !== "" || failed || done === null) {
    const what =
      why || (failed ? "the guest failed" : `the machine ended before the scenario (QEMU: ${code})`);
    const trouble =
      Number.isNaN(bootSeconds) || why !== "" || failed ? consoleTrouble(screen.text) : undefined;
    throw new LabError(
      `${[what, ...(trouble === undefined ? [] : [trouble])].join(": ")}; the console's last lines:`,
      screen.tail(),
    );
  }
  return { status: Number(done[1]), console: screen.text, bootSeconds, seconds };
}

function qemuArguments(parts: MachineParts): string[] {
  const args = ["-machine", "virt,virtualization=on,gic-version=3", "-cpu", "cortex-a57", "-smp", "2"];
  args.push("-m", String(MEMORY_MIB + 2 * parts.moreMib), "-accel", "tcg,thread=multi");
  args.push("-display", "none", "-nodefaults", "-no-reboot", "-serial", "stdio", "-kernel", parts.xen);
  args.push(...(parts.domU === undefined ? dom0Arguments(parts) : domUArguments(parts.domU)));
  args.push("-fsdev", `local,id=share,path=${qemuText(parts.share)},security_model=none`);
  args.push("-device", "virtio-9p-device,fsdev=share,mount_tag=share");
  if (parts.disk !== undefined) {
    args.push("-drive", `if=none,id=disk,format=raw,file=${qemuText(parts.disk)}`);
    args.push("-device", parts.domU === undefined ? NVME : "virtio-blk-device,drive=disk");
  }
  return args;
}

function dom0Arguments({ kernel, initramfs, moreMib }: MachineParts): string[] {
  return [
    ...["-append", `${XEN_ARGUMENTS} dom0_mem=${DOM0_MIB + moreMib}M`],
    ...[
      "-device",
      `guest-loader,addr=${KERNEL_AT},kernel=${qemuText(kernel)},bootargs=${DOM0_CONSOLE} ${LINUX_ARGUMENTS}`,
    ],
    ...["-device", `guest-loader,addr=${INITRAMFS_AT},initrd=${qemuText(initramfs)}`],
  ];
}
