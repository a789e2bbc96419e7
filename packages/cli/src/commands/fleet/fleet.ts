import { Command, Option } from "commander";
import {
  type AlsoReport,
  alsoOption,
  type FailOn,
  failOnOption,
  formatOption,
} from "../../reports/report-options.ts";
import { type ColorMode, colorModes } from "../../terminal/color.ts";
import type { BuildCommand } from "../command-entry.ts";
import { fleetMerge } from "./fleet-merge.ts";
import { FLEET_FORMS, fleetReport } from "./fleet-report.ts";
import { fleetRun } from "./fleet-run.ts";
import { groupOption } from "./group-option.ts";
import { addJobOptions, type JobOptions } from "./job-options.ts";
import { addQueueCommands } from "./queue-commands.ts";
import { addRedisOptions, type RedisOptions } from "./redis-queue.ts";

const RUN_HELP = `
MANIFEST is a line for the whole, then a line for each run; paths are relative to it, and names may
be http:, https: and s3: URLs:
  {"xgt_fleet": 1, "name": "nightly"}
  {"logs": ["b/run.jsonl", "b/t.txt"], "domains": "b/boot.log", "group": {"kernel": "6.12.9"}}
A run may have an "id" other than its first log's name, and a "page" that reports link to.
LOGs instead are a run each. Each run is a thread's work, with a bound on its memory and its time.

With -o the summary of each run is kept in DIR as soon as it is known: the same command goes on where
it was ended. Runs are replayed again whose line in the manifest or whose files have changed.

Examples:
  xgt fleet run nightly.ndjson -o tonight --against yesterday
  xgt fleet run logs/*.jsonl --jobs 4 --group kernel=6.12.9
  xgt fleet run part-3.ndjson -o part-3              one job of a matrix; xgt fleet report part-*

Exit status:
  0    no error in any run
  1    errors
  2    wrong use; runs without an answer (their logs could not be read, or needed too much memory or time);
       runs of which a part could not be read, or which hold nothing to check
  130  interrupted; what is done is kept`;

const HELP_WIDTH = 100;

const HELP = `
Examples:
  xgt fleet run nightly.ndjson -o tonight --against yesterday
  xgt fleet report part-1 part-2 part-3 -f json
  xgt fleet submit nightly.ndjson --redis redis://farm   and on each machine: xgt fleet work

Exit status:
  0    no error in any run
  1    errors
  2    wrong use, or runs without an answer, or with one for a part of their logs only
  130  interrupted; what is done is kept`;

const REPORT_HELP = `
SUMMARIES is a folder of \`fleet run -o\`, or a file of summaries; with --redis, the name of one fleet
that was submitted there. The same runs give the same report, however many machines made it.

Examples:
  xgt fleet report tonight --against yesterday
  xgt fleet report part-1 part-2 part-3 -f json
  xgt fleet report tonight --also sarif=fleet.sarif
  xgt fleet report nightly-2 --against nightly-1 --redis redis://farm`;

/** How a fleet is reported. */
export interface FleetReportOptions extends RedisOptions {
  name?: string;
  against?: string[];
  format: string;
  output?: string;
  also?: AlsoReport[];
  failOn: FailOn;
  verbose?: boolean;
  color: ColorMode;
}

/** How a fleet is run. */
export interface FleetRunOptions extends FleetReportOptions, JobOptions {
  group?: Record<string, string>;
  domains?: string;
  quiet?: boolean;
}

/** Many runs, one answer. */
export const buildFleet: BuildCommand = ({ io, exit }) => {
  const fleet = new Command("fleet")
    .description("Replay many runs, and tell which causes hit how many of which.")
    .addHelpText("after", HELP);
  const run = fleet
    .command("run")
    .helpOption("-h, --help", "print this help")
    .configureHelp({ helpWidth: HELP_WIDTH })
    .summary("replay all runs of a manifest, or a log each")
    .description("Replay all runs of a manifest, or one run for each log, and tell what they come to.")
    .argument("<MANIFEST|LOG...>", "a manifest, or logs that are a run each")
    .option("-o, --output <DIR>", "keep the summary of each run in DIR, and go on with what is there")
    .option("--domains <FILE>", "which domains, for runs whose manifest names none")
    .addOption(groupOption())
    .option("-q, --quiet", "no progress");
  addReportOptions(addJobOptions(run), false)
    .addHelpText("after", RUN_HELP)
    .action(async (paths: string[], options: FleetRunOptions) => exit(await fleetRun(paths, options, io)));
  const report = fleet
    .command("report")
    .helpOption("-h, --help", "print this help")
    .configureHelp({ helpWidth: HELP_WIDTH })
    .summary("tell what summaries come to")
    .description("Tell what the summaries of runs come to.")
    .argument(
      "<SUMMARIES...>",
      "folders of `fleet run -o`, files of summaries, or a fleet's name in a Redis",
    );
  addRedisOptions(addReportOptions(report, true))
    .addHelpText("after", REPORT_HELP)
    .action(async (paths: string[], options: FleetReportOptions) =>
      exit(await fleetReport(paths, options, io)),
    );
  addQueueCommands(fleet, { io, exit });
  fleet
    .command("merge")
    .helpOption("-h, --help", "print this help")
    .configureHelp({ helpWidth: HELP_WIDTH })
    .summary("write summaries as one file")
    .description("Write summaries as one file, in the order of their runs' ids.")
    .argument("<SUMMARIES...>", "folders of `fleet run -o`, or files of summaries")
    .option("-o, --output <FILE>", "write to FILE, as a whole or not at all; - is standard output")
    .action(async (paths: string[], options: { output?: string }) =>
      exit(await fleetMerge(paths, options, io)),
    );
  return fleet;
};

function addReportOptions(command: Command, hasOutput: boolean): Command {
  if (hasOutput) {
    command.option("-o, --output <FILE>", "write to FILE, as a whole or not at all; - is standard output");
  }
  return command
    .option("--name <NAME>", "name of the fleet in its report")
    .addOption(
      new Option("--against <SUMMARIES>", "tell what is new since these; repeatable").argParser(
        (path: string, before: string[] | undefined) => [...(before ?? []), path],
      ),
    )
    .addOption(formatOption(FLEET_FORMS))
    .addOption(alsoOption(FLEET_FORMS))
    .addOption(failOnOption())
    .option("-v, --verbose", "information and all groups too")
    .addOption(new Option("--color <WHEN>", "colours").choices(colorModes).default("auto"));
}
