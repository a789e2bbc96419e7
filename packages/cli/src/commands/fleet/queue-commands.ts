import { type Command, Option } from "commander";
import { FLEET_KEEP_DAYS, FLEET_KEEP_DAYS_MAX, FLEET_RATE_MAX } from "../../limits.ts";
import { parseCount } from "../../terminal/parse-options.ts";
import type { CommandContext } from "../command-entry.ts";
import { type FleetSubmitOptions, fleetSubmit } from "./fleet-submit.ts";
import { fleetWatch } from "./fleet-watch.ts";
import { type FleetWorkOptions, fleetWork } from "./fleet-work.ts";
import { groupOption } from "./group-option.ts";
import { addJobOptions } from "./job-options.ts";
import { addRedisOptions, type RedisOptions } from "./redis-queue.ts";

const HELP_WIDTH = 100;

const SUBMIT_HELP = `
A manifest is as for \`xgt fleet run\`. Names of files are relative to its folder, which every machine that
works must see at the same path; names may be http:, https: and s3: URLs, too. The same command goes on
where it was ended; what is queued or done already stays as it is.

Results are kept in the Redis for --keep days after the last of them, some tens of bytes a run.

Examples:
  xgt fleet submit nightly.ndjson --name nightly-1201 --redis redis://farm
  XGT_REDIS=rediss://xgt:PASSWORD@farm xgt fleet submit logs/*.jsonl --group board=b

Exit status:
  0    all runs are queued or done
  2    wrong use, the Redis cannot be reached, or a fleet of that name holds other runs
  130  interrupted; what is queued stays`;

const WORK_HELP = `
Runs of all fleets are worked on, until an interrupt: what is under way then is given back to the
others. A run whose worker went away is taken up by another one after some seconds. Each run is a
thread's work with a bound on its memory and its time: one that needs more fails alone, with that reason.

Logs are read below --root only, whatever a manifest, a link or a server says: folders, and
https://HOST/PATH or s3://BUCKET/PREFIX for logs that are named so. Redirects are not followed. For s3:
the environment has AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL.

Examples:
  xgt fleet work --redis redis://farm --root /mnt/logs
  xgt fleet work --redis redis://farm --root /mnt/logs --jobs 4 --rate 20 --until-empty

Exit status:
  0    nothing was left to do (--until-empty)
  2    wrong use, or the Redis cannot be reached
  130  interrupted; nothing is lost`;

const WATCH_HELP = `
Examples:
  xgt fleet watch nightly-1201 --redis redis://farm && xgt fleet report nightly-1201 --redis redis://farm

Exit status:
  0    all runs have an end: an answer, or a reason why there is none
  2    wrong use, the Redis cannot be reached, or there is no such fleet
  130  interrupted`;

/** Adds the commands that spread a fleet over machines. */
export function addQueueCommands(fleet: Command, { io, exit }: CommandContext): void {
  const command = (name: string, summary: string) =>
    addRedisOptions(
      fleet
        .command(name)
        .helpOption("-h, --help", "print this help")
        .configureHelp({ helpWidth: HELP_WIDTH })
        .summary(summary),
    );
  command("submit", "queue all runs in a Redis, for any number of machines")
    .description("Queue all runs of a manifest, or one run for each log, for any number of machines.")
    .argument("<MANIFEST|LOG...>", "a manifest, or logs that are a run each")
    .option(
      "--name <NAME>",
      "the fleet's name there; otherwise the manifest's, or one made of the logs' names",
    )
    .option("--domains <FILE>", "which domains, for runs whose manifest names none")
    .addOption(groupOption())
    .addOption(
      new Option("--keep <DAYS>", "keep results so long after the last of them")
        .default(FLEET_KEEP_DAYS)
        .argParser(parseCount(FLEET_KEEP_DAYS_MAX)),
    )
    .option("-q, --quiet", "no progress")
    .addHelpText("after", SUBMIT_HELP)
    .action(async (paths: string[], options: FleetSubmitOptions) =>
      exit(await fleetSubmit(paths, options, io)),
    );
  addJobOptions(command("work", "replay runs that are queued in a Redis"))
    .description("Replay runs that are queued in a Redis, of all fleets.")
    .addOption(
      new Option(
        "--root <PLACE>",
        "read logs below PLACE only (default: the working folder); repeatable",
      ).argParser((root: string, before: string[] | undefined) => [...(before ?? []), root]),
    )
    .addOption(
      new Option("--rate <N>", "begin at most N runs a second, all machines together").argParser(
        parseCount(FLEET_RATE_MAX),
      ),
    )
    .option("--until-empty", "end once nothing is left to do")
    .option("-q, --quiet", "no progress")
    .addHelpText("after", WORK_HELP)
    .action(async (options: FleetWorkOptions) => exit(await fleetWork(options, io)));
  command("watch", "tell how far a fleet in a Redis is, until it is done")
    .description("Tell how far a fleet in a Redis is, how fast, and how long it will take, until it is done.")
    .argument("<NAME>", "the fleet's name")
    .addHelpText("after", WATCH_HELP)
    .action(async (name: string, options: RedisOptions) => exit(await fleetWatch(name, options, io)));
}
