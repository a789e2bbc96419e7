import type { GuestKernel } from "../kernel/guest-kernel.ts";
import { type MachineParts, type MachineRun, runMachine } from "../machine/machine.ts";

/** Something that records beside the module while a scenario runs. The guest runs /share/before.sh and /share/after.sh. */
export interface Recorder {
  /** Files for the shared folder, before the guest boots. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Answers what the guest asks through the shared folder while it prepares. Throws LabError; ends when aborted. */
  answer(share: string, signal: AbortSignal): Promise<void>;
}

/** What a run records with beside the module. */
export interface RecorderChoice {
  /** Package groups that the guest needs for it. */
  readonly groups: readonly string[];
  /** Seconds that it may add to a scenario. */
  readonly seconds: number;
  /** A recorder for one run of this kernel. */
  make(kernel: GuestKernel): Recorder;
}

/** Runs a machine while the host's half of a recorder answers it; where that fails, the machine ends. Throws LabError. */
export async function runRecorded(parts: MachineParts, recorder: Recorder | undefined): Promise<MachineRun> {
  if (recorder === undefined) return runMachine(parts);
  const failed = new AbortController();
  const ended = new AbortController();
  let why: unknown;
  const answered = recorder.answer(parts.share, ended.signal).catch((error: unknown) => {
    why = error;
    failed.abort();
  });
  try {
    return await runMachine({ ...parts, signal: failed.signal });
  } catch (error) {
    throw why ?? error;
  } finally {
    ended.abort();
    await answered;
  }
}
