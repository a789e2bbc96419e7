import { Argument, Command } from "commander";
import type { BuildCommand } from "../command-entry.ts";

const HELP = `
KIND:
  linux-module  sources of a kernel module: whole argument lists, results, p2m updates, DMA
  kprobes       tracefs scripts for one arm64 kernel build: nothing to build or to load; of
                batches the first op, of long lists the balloon's only
  bpftrace      a bpftrace program for one arm64 kernel build: whole lists and all ops; no DMA

For kprobes and bpftrace, copy from the target: its /boot/vmlinuz-VERSION, its /lib/modules/VERSION
and, where the kernel carries no symbol table (CONFIG_KALLSYMS), its /proc/kallsyms, read as root.

Examples:
  xgt capture linux-module -o module
  xgt capture kprobes --image vmlinuz --symbols kallsyms --modules modules/6.1.0-56-arm64

Exit status:
  0    done
  2    wrong use, or a file that cannot be read: nothing is written`;

/** What `capture` was asked for. */
export interface CaptureOptions {
  image?: string;
  symbols?: string;
  modules?: string;
  output?: string;
}

/** `xgt capture`: what a user runs on the target. */
export const buildCapture: BuildCommand = ({ io, exit }) =>
  new Command("capture")
    .description("Write a kit that records a target's hypercalls, and how to run it.")
    .addArgument(new Argument("<KIND>", "recorder").choices(["linux-module", "kprobes", "bpftrace"]))
    .option("--image <FILE>", "the target's kernel, an arm64 Image, gzipped or EFI zboot")
    .option("--symbols <FILE>", "its /proc/kallsyms; without it the table that the kernel carries itself")
    .option("--modules <DIR>", "its modules; without them the kernel's own calls only")
    .option("-o, --output <DIR>", "folder to write (default: xgt-KIND)")
    .addHelpText("after", HELP)
    .action(async (kind: string, options: CaptureOptions) => {
      const { writeKit } = await import("./write-kit.ts");
      exit(await writeKit(kind, options, io));
    });
