import { type Command, Option } from "commander";
import { FLEET_RUN_MEMORY, FLEET_RUN_MEMORY_MAX, JOBS_MAX } from "../../limits.ts";
import { parseCount } from "../../terminal/parse-options.ts";

/** Adds what bounds the replays of this machine: --jobs and --memory. */
export function addJobOptions(command: Command): Command {
  return command
    .addOption(new Option("--jobs <N>", "replay up to N runs at a time").argParser(parseCount(JOBS_MAX)))
    .addOption(
      new Option("--memory <MIB>", "memory that the objects of one run may take")
        .default(FLEET_RUN_MEMORY)
        .argParser(parseCount(FLEET_RUN_MEMORY_MAX)),
    );
}
