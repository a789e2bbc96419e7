import { type ChildProcess, spawn } from "node:child_process";
import { LabError } from "../host/lab-error.ts";
import { Screen } from "./screen.ts";

const QEMU = "qemu-system-aarch64";
const QEMU_ADVICE = "install qemu-system-arm (QEMU 7 or later)";
/** How long a machine whose guest failed may go on printing: what follows a panic's first line is worth reading. */
const LAST_WORDS_MS = 2000;

/** A machine under way, for whoever looks at its screen. */
interface RunningMachine {
  /** Since its start. */
  readonly seconds: number;
  /** From now on the machine has this long; `late`: what is wrong where it has not ended by then. */
  limit(seconds: number, late: string): void;
  /** Ends it at once. */
  stop(why: string): void;
  /** Ends it after its last words, for which it has this time. */
  stopSoon(why: string, milliseconds?: number): void;
}

/** How a machine is watched. */
interface MachineWatch {
  /** Limit of the machine's time at first. */
  readonly seconds: number;
  /** What is wrong where that is over. */
  readonly late: string;
  /** Ends the machine when aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each piece of output. */
  look(screen: Screen, machine: RunningMachine): void;
}

/** How a machine ended. */
interface QemuRun {
  /** Its console. */
  readonly screen: Screen;
  /** QEMU's status, or the signal that ended it. */
  readonly code: number | string;
  /** Why it was ended from outside; "": it ended by itself. */
  readonly stopped: string;
  /** From QEMU's start to the machine's end. */
  readonly seconds: number;
}

/** Machines under way, ended with this process. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Runs QEMU until it ends or is ended. Throws LabError where it is not installed. */
export async function runQemu(args: readonly string[], watch: MachineWatch): Promise<QemuRun> {
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const child = spawn(QEMU, args, { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const screen = new Screen();
  let stopped = "";
  const stop = (why: string) => {
    stopped ||= why;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(() => stop(watch.late), watch.seconds * 1000);
  const machine: RunningMachine = {
    get seconds() {
      return elapsed();
    },
    limit(seconds, late) {
      clearTimeout(timer);
      timer = setTimeout(() => stop(late), seconds * 1000);
    },
    stop,
    stopSoon(why, milliseconds = LAST_WORDS_MS) {
      setTimeout(() => stop(why), milliseconds).unref();
    },
  };
  const abort = () => stop("interrupted");
  if (watch.signal?.aborted) abort();
  watch.signal?.addEventListener("abort", abort);
  child.stdout.on("data", (piece: Buffer) => {
    screen.add(piece);
    watch.look(screen, machine);
  });
  child.stderr.on("data", (piece: Buffer) => screen.add(piece));
  try {
    const code = await new Promise<number | string>((resolve, reject) => {
      child.on("error", (error: NodeJS.ErrnoException) => {
        const what = error.code === "ENOENT" ? "is not installed" : `cannot be run (${error.code})`;
        reject(new LabError(`${QEMU} ${what}: ${QEMU_ADVICE}`));
      });
      child.on("close", (status, signal) => resolve(status ?? signal ?? "no status"));
    });
    return { screen, code, stopped, seconds: elapsed() };
  } finally {
    clearTimeout(timer);
    watch.signal?.removeEventListener("abort", abort);
    running.delete(child);
  }
}

/** A value in one of QEMU's options, where a comma would begin the next one. */
export function qemuText(value: string): string {
  return value.replaceAll(",", ",,");
}
