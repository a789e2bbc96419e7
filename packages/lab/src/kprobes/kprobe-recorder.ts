import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { LabError } from "../host/lab-error.ts";
import { readBounded } from "../host/read-bounded.ts";
import { plainImage } from "../kernel/arm64-image.ts";
import { modulesFor } from "../kernel/kernel-modules.ts";
import { KERNEL_IMAGE_BYTES_MAX, RECORDER_SECONDS_MAX, SYMBOLS_BYTES_MAX } from "../limits.ts";
import type { Recorder, RecorderChoice } from "../scenarios/recorder.ts";
import { probePlacesOf } from "./kernel-probes.ts";
import { readKernelSymbols } from "./kernel-symbols.ts";
import { probeEvents } from "./probe-events.ts";
import { definingScript, tracefsHead } from "./probe-scripts.ts";
import type { RecorderKind } from "./recorder-kinds.ts";

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

/** What these kinds record with in one run, all at once. */
export function recordersOf(kinds: readonly RecorderKind[]): RecorderChoice {
  return {
    groups: kinds.flatMap(({ groups }) => groups),
    seconds: kinds.reduce((sum, kind) => sum + kind.seconds, 0),
    make: (kernel) => recorderOf(kernel, kinds),
  };
}

function recorderOf(kernel: KernelFiles, kinds: readonly RecorderKind[]): Recorder {
  const ends = [...kinds.map(({ stop }) => stop), ...kinds.map(({ collect }) => collect)];
  const files = new Map([
    ["before.sh", Buffer.from(BEFORE)],
    ["after.sh", Buffer.from(`${tracefsHead}${ends.join("")}remove_events\n`)],
  ]);
  const answer = async (share: string, signal: AbortSignal) => {
    const symbols = await symbolsFrom(share, signal);
    if (symbols === null) return;
    const { image } = kernel;
    const places = probePlacesOf({
      image: plainImage(await readBounded(image, KERNEL_IMAGE_BYTES_MAX, "an arm64 kernel"), image),
      symbols: readKernelSymbols(symbols, "the guest's /proc/kallsyms"),
      modules: await modulesFor(kernel.modules, HYPERCALL_MODULES),
    });
    const recorded = { places, choice: probeEvents(places) };
    for (const kind of kinds) {
      for (const [name, content] of kind.files(recorded)) await writeFile(join(share, name), content);
    }
    const whole = join(share, "start.part");
    const starts = kinds.map((kind) => kind.start(recorded));
    await writeFile(whole, definingScript(recorded.choice) + starts.join(""));
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
