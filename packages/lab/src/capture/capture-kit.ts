import { guestSources, sourcesIn } from "../host/guest-sources.ts";
import { readBounded, readError } from "../host/read-bounded.ts";
import { plainImage } from "../kernel/arm64-image.ts";
import { modulesFor } from "../kernel/kernel-modules.ts";
import { bpftraceProgram } from "../kprobes/bpftrace-program.ts";
import { imageSymbols } from "../kprobes/image-symbols.ts";
import { type KernelCode, probePlacesOf } from "../kprobes/kernel-probes.ts";
import { readKernelSymbols } from "../kprobes/kernel-symbols.ts";
import { HYPERCALL_MODULES } from "../kprobes/kprobe-recorder.ts";
import { probeEvents } from "../kprobes/probe-events.ts";
import { leftOutText, type ProbePlaces } from "../kprobes/probe-places.ts";
import { startScript, stopScript } from "../kprobes/probe-scripts.ts";
import { KERNEL_IMAGE_BYTES_MAX, SYMBOLS_BYTES_MAX } from "../limits.ts";
import bpftraceReadme from "./bpftrace/README.md?raw";
import domains from "./domains.md?raw";
import kprobeReadme from "./kprobes/README.md?raw";
import moduleMakefile from "./linux-module/Makefile?raw";
import moduleReadme from "./linux-module/README.md?raw";

/** A file of what a user takes to a target. */
export interface KitFile {
  /** Without a folder: a kit lies in one. */
  readonly name: string;
  /** Text in UTF-8. */
  readonly content: string;
  /** True for scripts that are run by their names. */
  readonly executable: boolean;
}

/** What a user takes to a target to record there, and what it will not record. */
export interface CaptureKit {
  /** README.md among them says how to use the others. */
  readonly files: readonly KitFile[];
  /** A sentence for each thing that will not be recorded; empty: all is. */
  readonly notes: readonly string[];
}

/** The kernel of a target, copied from it. */
interface TargetKernel {
  /** Its Image: /boot/vmlinuz-VERSION. */
  readonly image: string;
  /** Its /proc/kallsyms, as root sees it; undefined: the table that the Image carries. */
  readonly symbols: string | undefined;
  /** Its /lib/modules/VERSION; undefined: only the kernel itself is probed. */
  readonly modules: string | undefined;
}

/** The capture module's sources with a Makefile. Throws LabError. */
export async function moduleKit(): Promise<CaptureKit> {
  const sources = sourcesIn(await guestSources(), "module");
  return {
    files: [
      ...[...sources].map(([name, text]) => plainFile(name, text)),
      plainFile("Makefile", moduleMakefile),
      plainFile("README.md", moduleReadme + domains),
    ],
    notes: [],
  };
}

/** Scripts that record a kernel's hypercalls by kprobes. Throws LabError. */
export async function kprobeKit(kernel: TargetKernel): Promise<CaptureKit> {
  const places = probePlacesOf(await codeOf(kernel));
  const choice = probeEvents(places);
  return {
    files: [
      { name: "start.sh", content: startScript(choice), executable: true },
      { name: "stop.sh", content: stopScript(), executable: true },
      plainFile("README.md", kprobeReadme + domains),
    ],
    notes: notesOn(places),
  };
}

/** A bpftrace program that records a kernel's hypercalls with whole lists. Throws LabError. */
export async function bpftraceKit(kernel: TargetKernel): Promise<CaptureKit> {
  const places = probePlacesOf(await codeOf(kernel));
  return {
    files: [
      plainFile("record.bt", bpftraceProgram(places)),
      plainFile("README.md", bpftraceReadme + domains),
    ],
    notes: notesOn(places),
  };
}

async function codeOf({ image, symbols, modules }: TargetKernel): Promise<KernelCode> {
  const plain = plainImage(await readBounded(image, KERNEL_IMAGE_BYTES_MAX, "an arm64 kernel"), image);
  return {
    image: plain,
    symbols:
      symbols === undefined
        ? imageSymbols(plain, image)
        : readKernelSymbols(await readBounded(symbols, SYMBOLS_BYTES_MAX, "a symbol table"), symbols),
    modules: modules === undefined ? [] : await modulesOf(modules),
  };
}

/** What will not be recorded. */
function notesOn({ sites, leftOut }: ProbePlaces): string[] {
  const notes = leftOut.map(leftOutText);
  if (sites.some(({ target }) => target === "privcmd_call")) return notes;
  const why = "no call of privcmd_call was found; it is a module mostly: give --modules";
  return [...notes, `the toolstack's calls are not recorded: ${why}`];
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
