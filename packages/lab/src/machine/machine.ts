import { stat } from "node:fs/promises";
import { LabError } from "../host/lab-error.ts";
import { BOOT_SECONDS_MAX } from "../limits.ts";
import { consoleTrouble } from "./console-trouble.ts";
import { GuestPanic } from "./guest-panic.ts";
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
  /** Raw disk image behind an emulated NVMe controller; undefined: none. */
  readonly disk?: string | undefined;
  /** MiB of Dom0 over the DOM0_MIB that it always has. */
  readonly moreMib: number;
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
const LINUX_ARGUMENTS = "console=hvc0 earlycon=xenboot panic=-1 nokaslr";
/** Where guest-loader puts the kernel and the initramfs: clear of QEMU's device tree and of Xen. */
const KERNEL_AT = "0x49000000";
const INITRAMFS_AT = "0x50000000";
const MEMORY_MIB = 2048;
const DOM0_MIB = 512;

const PANIC = /Kernel panic - not syncing|\(XEN\) Panic on CPU|Hardware Dom0 crashed/;
/** The guest's first program could not do its part. */
const FAILED = /XGT-LAB-FAILED/;

/** Boots Xen and Dom0 in QEMU, waits for the scenario's end and returns. Throws LabError, the console's end in it. */
export async function runMachine(parts: MachineParts): Promise<MachineRun> {
  for (const file of [parts.xen, parts.kernel, parts.initramfs]) {
    const size = await stat(file).catch(() => null);
    if (size === null) throw new LabError(`${file}: no such file`);
  }
  let bootSeconds = Number.NaN;
  let failed = false;
  const { screen, code, stopped, seconds } = await runQemu(qemuArguments(parts), {
    seconds: BOOT_SECONDS_MAX,
    late: `the guest was not up after ${BOOT_SECONDS_MAX} s`,
    signal: parts.signal,
    look(screen, machine) {
      if (Number.isNaN(bootSeconds) && screen.has("XGT-LAB-UP")) {
        bootSeconds = machine.seconds;
        machine.limit(parts.seconds, `the scenario did not end within ${parts.seconds} s`);
      }
      if (failed || !(screen.matches(PANIC) || screen.matches(FAILED))) return;
      failed = true;
      machine.stopSoon("the guest failed");
    },
  });
  if (!Number.isNaN(bootSeconds) && screen.matches(PANIC))
    throw new GuestPanic("the guest panicked; the console's last lines:", screen.tail(), screen.text);
  const done = /XGT-LAB-DONE (\d+)/.exec(screen.text);
  if (stopped !== "" || failed || done === null) {
    const what =
      stopped || (failed ? "the guest failed" : `the machine ended before the scenario (QEMU: ${code})`);
    const why =
      Number.isNaN(bootSeconds) || stopped !== "" || failed ? consoleTrouble(screen.text) : undefined;
    throw new LabError(
      `${[what, ...(why === undefined ? [] : [why])].join(": ")}; the console's last lines:`,
      screen.tail(),
    );
  }
  return { status: Number(done[1]), console: screen.text, bootSeconds, seconds };
}

function qemuArguments(parts: MachineParts): string[] {
  const args = ["-machine", "virt,virtualization=on,gic-version=3", "-cpu", "cortex-a57", "-smp", "2"];
  args.push(
    "-m",
    String(MEMORY_MIB + 2 * parts.moreMib),
    "-accel",
    "tcg,thread=multi",
    "-display",
    "none",
    "-nodefaults",
  );
  args.push(
    "-no-reboot",
    "-serial",
    "stdio",
    "-kernel",
    parts.xen,
    "-append",
    `${XEN_ARGUMENTS} dom0_mem=${DOM0_MIB + parts.moreMib}M`,
  );
  const kernel = `guest-loader,addr=${KERNEL_AT},kernel=${qemuText(parts.kernel)},bootargs=${LINUX_ARGUMENTS}`;
  args.push("-device", kernel);
  args.push("-device", `guest-loader,addr=${INITRAMFS_AT},initrd=${qemuText(parts.initramfs)}`);
  args.push("-fsdev", `local,id=share,path=${qemuText(parts.share)},security_model=none`);
  args.push("-device", "virtio-9p-device,fsdev=share,mount_tag=share");
  if (parts.disk !== undefined) {
    args.push("-drive", `if=none,id=disk,format=raw,file=${qemuText(parts.disk)}`);
    args.push("-device", "nvme,drive=disk,serial=lab,bus=pcie.0");
  }
  return args;
}
