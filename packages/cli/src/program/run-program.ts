import { INTERRUPT_MS } from "../limits.ts";
import { ExitStatus } from "../terminal/exit-status.ts";
import { Interrupt } from "../terminal/interrupt.ts";
import { processIo } from "../terminal/io.ts";
import { removeUnfinishedFiles } from "../terminal/temporary-file.ts";
import { isThread } from "../terminal/thread.ts";
import { main } from "./main.ts";

/**
 * Runs the command that this process was started with, or, in a thread of --jobs, the runs that it is handed.
 * `file`: the program that threads start. Resolves with the process's exit status; a thread's is 0, and it goes on.
 */
export async function runProgram(file: URL): Promise<number> {
  if (isThread()) {
    const { serveRuns } = await import("../commands/replay/worker.ts");
    serveRuns();
    return ExitStatus.clean;
  }
  const interrupt = new Interrupt();
  process.on("SIGINT", () => {
    const again = interrupt.signal.aborted;
    if (again || !interrupt.ask()) stop(ExitStatus.interrupted);
    // The report of what was read must not make anybody wait.
    else setTimeout(() => stop(ExitStatus.interrupted), INTERRUPT_MS);
  });
  process.once("SIGHUP", () => stop(ExitStatus.hungUp));
  process.once("SIGTERM", () => stop(ExitStatus.terminated));
  const status = await main(process.argv.slice(2), processIo(file, interrupt));
  // What the work waited for when it was interrupted may never come.
  if (interrupt.signal.aborted) stop(ExitStatus.interrupted);
  process.exitCode = status;
  // Standard input may stay open after the work is done.
  process.stdin.unref?.();
  return status;
}

function stop(status: number): void {
  removeUnfinishedFiles();
  process.exit(status);
}
