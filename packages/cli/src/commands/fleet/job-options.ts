import { type Command, Option } from "commander";
import {
  FLEET_RUN_MEMORY,
  FLEET_RUN_MEMORY_MAX,
  FLEET_RUN_SECONDS,
  FLEET_RUN_SECONDS_MAX,
  JOBS_MAX,
} from "../../limits.ts";
import { parseCount } from "../../terminal/parse-options.ts";

/** What bounds the replays of this machine. */
export interface JobOptions {
  /** Runs at a time; undefined: one for each processor. */
  jobs?: number;
  /** MiB of one run. */
  memory: number;
  /** Seconds of one run. */
  runSeconds: number;
}

/** Adds what bounds the replays of this machine: --jobs, --memory and --run-seconds. */
export function addJobOptions(command: Command): Command {
  return command
    .addOption(new Option("--jobs <N>", "replay up to N runs at a time").argParser(parseCount(JOBS_MAX)))
    .addOption(
      new Option("--memory <MIB>", "memory that the objects of one run may take")
        .default(FLEET_RUN_MEMORY)
        .argParser(parseCount(FLEET_RUN_MEMORY_MAX)),
    )
    .addOption(
      new Option("--run-seconds <N>", "how long one run may take")
        .default(FLEET_RUN_SECONDS)
        .argParser(parseCount(FLEET_RUN_SECONDS_MAX)),
    );
}
