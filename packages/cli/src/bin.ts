import { isMainThread } from "node:worker_threads";
import { ExitStatus } from "./exit-status.ts";
import { processIo } from "./io.ts";
import { main } from "./main.ts";
import { removeUnfinishedFiles } from "./output-file.ts";

function stop(status: number): void {
  removeUnfinishedFiles();
  process.exit(status);
}

if (isMainThread) {
  process.once("SIGINT", () => stop(ExitStatus.interrupted));
  process.once("SIGTERM", () => stop(ExitStatus.terminated));
  process.exitCode = await main(process.argv.slice(2), processIo(new URL(import.meta.url)));
  // Standard input may stay open after the work is done.
  process.stdin.unref?.();
} else {
  // --jobs starts this very file again in threads.
  const { serveRuns } = await import("./worker.ts");
  serveRuns();
}
