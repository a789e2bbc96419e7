import { guestSources, sourcesIn } from "../host/guest-sources.ts";
import { readBounded, readError } from "../host/read-bounded.ts";
import { plainImage } from "../kernel/arm64-image.ts";
import { modulesFor } from "../kernel/kernel-modules.ts";
import { probesOf } from "../kprobes/kernel-probes.ts";
import { readKernelSymbols } from "../kprobes/kernel-symbols.ts";
import { HYPERCALL_MODULES } from "../kprobes/kprobe-recorder.ts";
import { leftOutText } from "../kprobes/probe-events.ts";
import { startScript, stopScript } from "../kprobes/probe-scripts.ts";
import { KERNEL_IMAGE_BYTES_MAX, SYMBOLS_BYTES_MAX } from "../limits.ts";

/** A file of what a user takes to a target. */
export interface KitFile {
  readonly name: string;
  readonly content: string;
  readonly executable: boolean;
}

/** What a user takes to a target to record there, and what it will not record. */
export interface CaptureKit {
  readonly files: readonly KitFile[];
  readonly notes: readonly string[];
}

/** The kernel of a target, copied from it. */
export interface TargetKernel {
  /** Its Image: /boot/vmlinuz-VERSION. */
  readonly image: string;
  /** Its /proc/kallsyms, as root sees it. */
  readonly symbols: string;
  /** Its /lib/modules/VERSION; undefined: only the kernel itself is probed. */
  readonly modules: string | undefined;
}

const DOMAINS = `The log does not say which RAM the domain has. Keep Xen's own boot messages (\`xl dmesg\` in Dom0 soon after boot, or the serial console)
and give them to the replay with --domains.
`;

const MODULE_README = `# A kernel module that records Xen hypercalls

Logs every memory_op and grant_table_op of a Linux on Arm (kernel and toolstack) with all arguments and results, the kernel's own p2m updates
and, from Linux 6.12 on, DMA maps. GPL-2.0. Needs arm64, CONFIG_KPROBES, CONFIG_KALLSYMS and the kernel's headers.

On the target, as root:

    make                                # KDIR=... for another kernel's build folder, CROSS_COMPILE=... for another machine's
    insmod xgt_capture.ko               # mb=64: room for the log in MiB (32)
    ...what is to be recorded...
    echo stop > /proc/xgt_capture
    cat /proc/xgt_capture > run.ndjson
    rmmod xgt_capture

Anywhere: \`xgt replay run.ndjson --domains xen-boot.log\`

${DOMAINS}`;

const MODULE_MAKEFILE = `KDIR ?= /lib/modules/$(shell uname -r)/build
ARCH ?= arm64
export ARCH

modules clean:
	$(MAKE) -C $(KDIR) M=$(CURDIR) $@
`;

const KPROBE_README = `# Kprobes that record Xen hypercalls

Scripts for tracefs that record the memory_op and grant_table_op calls of one arm64 kernel build, its p2m updates and, from Linux 6.12 on,
its DMA maps. Nothing is built or loaded. They only fit the kernel that they were made for: they name places in its code.

On the target, as root:

    sh start.sh                         # KB=65536 before it: KiB of buffer per CPU
    ...what is to be recorded...
    sh stop.sh run                      # writes run.ftrace.txt and run.stats.txt

run.stats.txt says per CPU how many events were recorded, overwritten (overrun) and dropped. Anywhere: \`xgt replay run.ftrace.txt --domains xen-boot.log\`

Of batches of grants only the first one is recorded, of lists but the balloon's the first frame: tracefs reads arrays of fixed length, and
reading into a hole behind a shorter one would end the kernel. The kernel module (\`xgt capture linux-module\`) records them whole.

${DOMAINS}`;

/** The capture module's sources with a Makefile. Throws LabError. */
export async function moduleKit(): Promise<CaptureKit> {
  const sources = sourcesIn(await guestSources(), "module");
  return {
    files: [
      ...[...sources].map(([name, text]) => plainFile(name, text)),
      plainFile("Makefile", MODULE_MAKEFILE),
      plainFile("README.md", MODULE_README),
    ],
    notes: [],
  };
}

/** Scripts that record a kernel's hypercalls by kprobes. Throws LabError. */
export async function kprobeKit(kernel: TargetKernel): Promise<CaptureKit> {
  const { image, symbols, modules } = kernel;
  const choice = probesOf({
    image: plainImage(await readBounded(image, KERNEL_IMAGE_BYTES_MAX, "an arm64 kernel"), image),
    symbols: readKernelSymbols(await readBounded(symbols, SYMBOLS_BYTES_MAX, "a symbol table"), symbols),
    modules: modules === undefined ? [] : await modulesOf(modules),
  });
  const leftOut = choice.leftOut.map(leftOutText);
  const hasToolstack = choice.events.some(({ name }) => name.startsWith("pc_"));
  const noToolstack =
    "the toolstack's calls are not recorded: no call of privcmd_call was found; it is a module mostly: give --modules";
  return {
    files: [
      { name: "start.sh", content: startScript(choice), executable: true },
      { name: "stop.sh", content: stopScript(), executable: true },
      plainFile("README.md", KPROBE_README),
    ],
    notes: [...leftOut, ...(hasToolstack ? [] : [noToolstack])],
  };
}

async function modulesOf(folder: string) {
  try {
    return await modulesFor(folder, HYPERCALL_MODULES);
  } catch (error) {
    throw readError(folder, error);
  }
}

function plainFile(name: string, content: string): KitFile {
  return { name, content, executable: false };
}
