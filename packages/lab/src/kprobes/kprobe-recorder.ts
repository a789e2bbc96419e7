import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { LabError } from "../host/lab-error.ts";
import { readBounded } from "../host/read-bounded.ts";
import { plainImage } from "../kernel/arm64-image.ts";
import { modulesFor } from "../kernel/kernel-modules.ts";
import { KERNEL_IMAGE_BYTES_MAX, RECORDER_SECONDS_MAX, SYMBOLS_BYTES_MAX } from "../limits.ts";
import type { Recorder, RecorderKind } from "../scenarios/recorder.ts";
import { probesOf } from "./kernel-probes.ts";
import { readKernelSymbols } from "./kernel-symbols.ts";
import type { ProbeChoice } from "./probe-events.ts";
import { startScript, stopScript, traceCmdStartScript, traceCmdStopScript } from "./probe-scripts.ts";

/** Modules that issue hypercalls; those that a guest does not load cost nothing. */
export const HYPERCALL_MODULES = [
  "xen-privcmd",
  "xen-gntdev",
  "xen-gntalloc",
  "xen-blkback",
  "xen-netback",
] as const;

/** A kernel's files on the host. */
interface KernelFiles {
  readonly image: string;
  /** Folder that holds its modules. */
  readonly modules: string;
}

const POLL_MS = 100;

/**
 * Debian's System.map is a note that the real one is elsewhere, so the guest hands its own symbol table out, as far as
 * it tells of code, and waits for the script that the host makes of it. Packed: each page written to the shared folder
 * is several DMAs, which the module logs.
 */
const BEFORE = `grep -v '\\[' /proc/kallsyms | grep -E ' [tTwW] |_[se]?(init)?text$' | gzip -1 > /tmp/symbols.gz
cp /tmp/symbols.gz /share/symbols.part
mv /share/symbols.part /share/symbols.gz
tries=0
until [ -e /share/start.sh ]; do
  tries=$((tries + 1))
  if [ $tries -gt ${RECORDER_SECONDS_MAX * 10} ]; then echo "no script from the host"; exit 1; fi
  usleep 100000
done
sh /share/start.sh
`;

/** tracefs's own text of kprobes at the kernel's hypercalls. */
const kprobes: RecorderKind = {
  name: "kprobes",
  groups: [],
  result: "result.ftrace.txt",
  ending: "ftrace.txt",
  statistics: "result.stats.txt",
  make: (kernel) => recorderOf(kernel, startScript, stopScript(), "/share/result"),
};

/** The same events, recorded by trace-cmd. */
const traceCmd: RecorderKind = {
  name: "trace-cmd",
  groups: ["trace-cmd"],
  result: "result.trace.dat",
  ending: "trace.dat",
  statistics: null,
  make: (kernel) => {
    const start = (choice: ProbeChoice) => traceCmdStartScript(choice, "/tmp/trace.dat");
    return recorderOf(
      kernel,
      start,
      `${traceCmdStopScript()}cp /tmp/trace.dat /share/result.trace.dat\n`,
      "",
    );
  },
};

/** Every way to record beside the module. */
export const recorderKinds: readonly RecorderKind[] = [kprobes, traceCmd];

function recorderOf(
  kernel: KernelFiles,
  start: (choice: ProbeChoice) => string,
  stop: string,
  argument: string,
): Recorder {
  const files = new Map([
    ["before.sh", Buffer.from(BEFORE)],
    ["after.sh", Buffer.from(`sh /share/stop.sh ${argument}\n`)],
    ["stop.sh", Buffer.from(stop)],
  ]);
  const answer = async (share: string, signal: AbortSignal) => {
    const symbols = await symbolsFrom(share, signal);
    if (symbols === null) return;
    const { image } = kernel;
    const choice = probesOf({
      image: plainImage(await readBounded(image, KERNEL_IMAGE_BYTES_MAX, "an arm64 kernel"), image),
      symbols: readKernelSymbols(symbols, "the guest's /proc/kallsyms"),
      modules: await modulesFor(kernel.modules, HYPERCALL_MODULES),
    });
    const whole = join(share, "start.part");
    await writeFile(whole, start(choice));
    await rename(whole, join(share, "start.sh"));
  };
  return { files, answer };
}

/** The guest's symbol table; null where the guest ended before it gave one. */
async function symbolsFrom(share: string, signal: AbortSignal): Promise<Buffer | null> {
  const path = join(share, "symbols.gz");
  while (!signal.aborted) {
    const packed = await readFile(path).catch(() => null);
    if (packed !== null) return unpackedSymbols(packed);
    await sleep(POLL_MS);
  }
  return null;
}

function unpackedSymbols(packed: Buffer): Buffer {
  try {
    return gunzipSync(packed, { maxOutputLength: SYMBOLS_BYTES_MAX });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LabError(`the guest's symbol table cannot be unpacked: ${why}`);
  }
}
