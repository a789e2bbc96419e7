import { ExitStatus } from "./exit-status.ts";
import { processIo } from "./io.ts";
import { main } from "./main.ts";
import { removeUnfinishedFiles } from "./output-file.ts";

function stop(status: number): void {
  removeUnfinishedFiles();
  process.exit(status);
}

process.once("SIGINT", () => stop(ExitStatus.interrupted));
process.once("SIGTERM", () => stop(ExitStatus.terminated));
process.exitCode = await main(process.argv.slice(2), processIo());
// Standard input may stay open after the work is done.
process.stdin.unref?.();
