import { isMainThread } from "node:worker_threads";
import { main } from "./program/main.ts";
import { ExitStatus } from "./terminal/exit-status.ts";
import { processIo } from "./terminal/io.ts";
import { removeUnfinishedFiles } from "./terminal/temporary-file.ts";

function stop(status: number): void {
  removeUnfinishedFiles();
  process.exit(status);
}

if (isMainThread) {
  process.once("SIGINT", () => stop(ExitStatus.interrupted));
  process.once("SIGHUP", () => stop(ExitStatus.hungUp));
  process.once("SIGTERM", () => stop(ExitStatus.terminated));
  process.exitCode = await main(process.argv.slice(2), processIo(new URL(import.meta.url)));
  // Standard input may stay open after the work is done.
  process.stdin.unref?.();
} else {
  // --jobs starts this very file again in threads.
  const { serveRuns } = await import("./commands/replay/worker.ts");
  serveRuns();
}
