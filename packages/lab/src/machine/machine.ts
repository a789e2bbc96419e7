import { type ChildProcess, spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import { LabError } from "../host/lab-error.ts";
import { BOOT_SECONDS_MAX, CONSOLE_BYTES_MAX, CONSOLE_TAIL_LINES } from "../limits.ts";
import { consoleTrouble } from "./console-trouble.ts";

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
  "console=dtuart dtuart=/pl011@9000000 dom0_mem=512M loglvl=all guest_loglvl=all bootscrub=0 sync_console";
const LINUX_ARGUMENTS = "console=hvc0 earlycon=xenboot panic=-1 nokaslr";
/** Where guest-loader puts the kernel and the initramfs: clear of QEMU's device tree and of Xen. */
const KERNEL_AT = "0x49000000";
const INITRAMFS_AT = "0x50000000";
const MEMORY_MIB = 2048;

const QEMU_ADVICE = "install qemu-system-arm (QEMU 7 or later)";
/** How long a failed machine may go on printing. */
const LAST_WORDS_MS = 2000;
const FATAL = /Kernel panic - not syncing|\(XEN\) Panic on CPU|XGT-LAB-FAILED/;

/** Machines under way, ended with this process. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Boots Xen and Dom0 in QEMU, waits for the scenario's end and returns. Throws LabError, the console's end in it. */
export async function runMachine(parts: MachineParts): Promise<MachineRun> {
  for (const file of [parts.xen, parts.kernel, parts.initramfs]) {
    const size = await stat(file).catch(() => null);
    if (size === null) throw new LabError(`${file}: no such file`);
  }
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const child = spawn("qemu-system-aarch64", qemuArguments(parts), { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const screen = new Screen();
  let bootSeconds = Number.NaN;
  let stopped = "";
  let failed = false;
  const stop = (why: string) => {
    stopped ||= why;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(
    () => stop(`the guest was not up after ${BOOT_SECONDS_MAX} s`),
    BOOT_SECONDS_MAX * 1000,
  );
  const abort = () => stop("interrupted");
  if (parts.signal?.aborted) abort();
  parts.signal?.addEventListener("abort", abort);
  child.stdout.on("data", (piece: Buffer) => {
    screen.add(piece);
    if (Number.isNaN(bootSeconds) && screen.has("XGT-LAB-UP")) {
      bootSeconds = elapsed();
      clearTimeout(timer);
      timer = setTimeout(
        () => stop(`the scenario did not end within ${parts.seconds} s`),
        parts.seconds * 1000,
      );
    }
    // What follows a panic's first line is worth reading: the machine gets a moment to print it.
    if (!failed && screen.matches(FATAL)) {
      failed = true;
      setTimeout(() => stop("the guest failed"), LAST_WORDS_MS).unref();
    }
  });
  child.stderr.on("data", (piece: Buffer) => screen.add(piece));
  try {
    const code = await new Promise<number | string>((resolve, reject) => {
      child.on("error", (error: NodeJS.ErrnoException) => {
        const what = error.code === "ENOENT" ? "is not installed" : `cannot be run (${error.code})`;
        reject(new LabError(`qemu-system-aarch64 ${what}: ${QEMU_ADVICE}`));
      });
      child.on("close", (status, signal) => resolve(status ?? signal ?? "no status"));
    });
    const done = /XGT-LAB-DONE (\d+)/.exec(screen.text);
    if (failed) stopped ||= "the guest failed";
    if (stopped !== "" || done === null) {
      const what = stopped || `the machine ended before the scenario (QEMU: ${code})`;
      const why = Number.isNaN(bootSeconds) || stopped !== "" ? consoleTrouble(screen.text) : undefined;
      throw new LabError(
        `${[what, ...(why === undefined ? [] : [why])].join(": ")}; the console's last lines:`,
        screen.tail(),
      );
    }
    return { status: Number(done[1]), console: screen.text, bootSeconds, seconds: elapsed() };
  } finally {
    clearTimeout(timer);
    parts.signal?.removeEventListener("abort", abort);
    running.delete(child);
  }
}

function qemuArguments(parts: MachineParts): string[] {
  const args = ["-machine", "virt,virtualization=on,gic-version=3", "-cpu", "cortex-a57", "-smp", "2"];
  args.push("-m", String(MEMORY_MIB), "-accel", "tcg,thread=multi", "-display", "none", "-nodefaults");
  args.push("-no-reboot", "-serial", "stdio", "-kernel", parts.xen, "-append", XEN_ARGUMENTS);
  const kernel = `guest-loader,addr=${KERNEL_AT},kernel=${escaped(parts.kernel)},bootargs=${LINUX_ARGUMENTS}`;
  args.push("-device", kernel);
  args.push("-device", `guest-loader,addr=${INITRAMFS_AT},initrd=${escaped(parts.initramfs)}`);
  args.push("-fsdev", `local,id=share,path=${escaped(parts.share)},security_model=none`);
  args.push("-device", "virtio-9p-device,fsdev=share,mount_tag=share");
  if (parts.disk !== undefined) {
    args.push("-drive", `if=none,id=disk,format=raw,file=${escaped(parts.disk)}`);
    args.push("-device", "nvme,drive=disk,serial=lab,bus=pcie.0");
  }
  return args;
}

/** QEMU's options take a comma in a value as two. */
function escaped(path: string): string {
  return path.replaceAll(",", ",,");
}

/** A machine's console: its text, bounded. */
class Screen {
  text = "";

  add(piece: Buffer): void {
    this.text += piece.toString("latin1").replaceAll("\r", "");
    if (this.text.length > CONSOLE_BYTES_MAX) this.text = this.text.slice(-CONSOLE_BYTES_MAX / 2);
  }

  has(text: string): boolean {
    return this.text.includes(text, Math.max(0, this.text.length - 65536));
  }

  matches(pattern: RegExp): boolean {
    return pattern.test(this.text.slice(-65536));
  }

  tail(): string[] {
    return this.text.trimEnd().split("\n").slice(-CONSOLE_TAIL_LINES);
  }
}
