import { createHash } from "node:crypto";
import { counted } from "@xgt/findings";
import { FileStamper, type Submitted, stampedRuns, submitFleet } from "@xgt/fleet";
import { FLEET_RECONNECT_MS } from "../../limits.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { FleetProgress } from "./fleet-progress.ts";
import { type CommonToRuns, namedRuns } from "./fleet-runs.ts";
import { type RedisOptions, withQueue } from "./redis-queue.ts";

const COMMAND = "xgt fleet submit";
const DAY_SECONDS = 86_400;

/** How a fleet is queued. */
export interface FleetSubmitOptions extends RedisOptions, CommonToRuns {
  name?: string;
  /** Days that results are kept. */
  keep: number;
  quiet?: boolean;
}

/** `xgt fleet submit`: queues all runs. Returns the exit status. */
export async function fleetSubmit(
  paths: readonly string[],
  options: FleetSubmitOptions,
  io: Io,
): Promise<number> {
  const named = await namedRuns(COMMAND, paths, options);
  const given = options.name ?? named.name;
  const name = given === "" ? nameOfLogs(paths) : given;
  const stamper = new FileStamper({ base: named.base, roots: null });
  const progress = new FleetProgress(io, options.quiet === true, 0);
  const submit = (): Promise<Submitted> =>
    withQueue(COMMAND, options, FLEET_RECONNECT_MS, io, (connection) =>
      submitFleet(connection, {
        name,
        runs: stampedRuns(named.runs, stamper),
        base: named.base,
        keep: options.keep * DAY_SECONDS,
        signal: io.interrupt?.signal,
        onRuns: (runs) => progress.reach(runs),
      }),
    );
  let submitted: Submitted;
  try {
    submitted = await (io.interrupt?.while(submit) ?? submit());
  } finally {
    progress.clear();
  }
  if (io.interrupt?.signal.aborted) return ExitStatus.interrupted;
  const { runs, before } = submitted;
  const again = before > 0 ? `, ${before} of them before` : "";
  await io.stdout.write(`${name}: ${counted(runs, "run")} submitted${again}\n`);
  return ExitStatus.clean;
}

/** A name for logs that have none: the same logs have the same. */
function nameOfLogs(paths: readonly string[]): string {
  const digest = createHash("sha256").update(JSON.stringify([process.cwd(), ...paths]));
  return `fleet-${digest.digest("hex").slice(0, 12)}`;
}
