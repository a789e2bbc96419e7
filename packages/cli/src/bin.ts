import { isMainThread } from "node:worker_threads";
import { INTERRUPT_MS } from "./limits.ts";
import { main } from "./program/main.ts";
import { ExitStatus } from "./terminal/exit-status.ts";
import { Interrupt } from "./terminal/interrupt.ts";
import { processIo } from "./terminal/io.ts";
import { removeUnfinishedFiles } from "./terminal/temporary-file.ts";

function stop(status: number): void {
  removeUnfinishedFiles();
  process.exit(status);
}

if (isMainThread) {
  const interrupt = new Interrupt();
  process.on("SIGINT", () => {
    const again = interrupt.signal.aborted;
    if (again || !interrupt.ask()) stop(ExitStatus.interrupted);
    // The report of what was read must not make anybody wait.
    else setTimeout(() => stop(ExitStatus.interrupted), INTERRUPT_MS);
  });
  process.once("SIGHUP", () => stop(ExitStatus.hungUp));
  process.once("SIGTERM", () => stop(ExitStatus.terminated));
  const status = await main(process.argv.slice(2), processIo(new URL(import.meta.url), interrupt));
  // What the work waited for when it was interrupted may never come.
  if (interrupt.signal.aborted) stop(ExitStatus.interrupted);
  process.exitCode = status;
  // Standard input may stay open after the work is done.
  process.stdin.unref?.();
} else {
  // --jobs starts this very file again in threads.
  const { serveRuns } = await import("./commands/replay/worker.ts");
  serveRuns();
}
