import { FleetError } from "../fleet-error.ts";
import { ATTEMPTS_MAX, PART_RUNS, RETRY_MS } from "../limits.ts";
import type { FleetRun } from "../manifest/fleet-run.ts";
import { runLine } from "../manifest/run-line.ts";
import type { QueueConnection } from "./queue-connection.ts";
import { checkName, fleetKey, PARTS, PREFIX, partId, RUNS, resultsKey, runId } from "./queue-names.ts";
import { KEEP, partField, partText, type QueuedPart, readFleet, readPart, WHOLE } from "./queued-fleet.ts";
import { runData } from "./queued-run.ts";

/** A fleet to queue. */
export interface FleetSubmission {
  readonly name: string;
  readonly runs: AsyncIterable<FleetRun>;
  /** Folder that names of files are relative to, the same on every machine that works. */
  readonly base: string;
  /** Seconds that results are kept after the last of them. */
  readonly keep: number;
  /** Ends the work between two parts once it is aborted; the same submission goes on there. */
  readonly signal?: AbortSignal | undefined;
  /** Told how many runs are queued, or were before. */
  readonly onRuns?: ((runs: number) => void) | undefined;
}

/** What came of it. */
export interface Submitted {
  readonly runs: number;
  /** Of them, those that were queued before. */
  readonly before: number;
}

/**
 * Queues the runs of a fleet, a part at a time, each as a whole or not at all. What is queued already, or done, stays as it is: a
 * submission that was ended goes on. Throws FleetError, also where a fleet of that name holds other runs.
 */
export async function submitFleet(connection: QueueConnection, fleet: FleetSubmission): Promise<Submitted> {
  checkName(fleet.name);
  const submitter = new Submitter(connection, fleet);
  try {
    return await submitter.submit();
  } finally {
    await submitter.close();
  }
}

class Submitter {
  private readonly connection: QueueConnection;
  private readonly fleet: FleetSubmission;
  private readonly flows;
  private readonly parts;
  private readonly ids = new Set<string>();
  private before = 0;

  constructor(connection: QueueConnection, fleet: FleetSubmission) {
    this.connection = connection;
    this.fleet = fleet;
    const { FlowProducer, Queue } = connection.libraries;
    const options = { connection: connection.redis, prefix: PREFIX };
    this.flows = new FlowProducer(options);
    this.parts = new Queue(PARTS, options);
    // What fails is told by the command that was under way.
    this.flows.on("error", () => {});
    this.parts.on("error", () => {});
  }

  async submit(): Promise<Submitted> {
    const { name, runs, signal, onRuns, keep } = this.fleet;
    const { redis } = this.connection;
    const known = await readFleet(redis, name);
    let number = 0;
    let part: FleetRun[] = [];
    const flush = async () => {
      if (part.length === 0) return;
      await this.add(number++, part);
      part = [];
      onRuns?.(this.ids.size);
    };
    for await (const run of runs) {
      if (signal?.aborted === true) return this.result();
      if (this.ids.has(run.id)) throw twice(run.id);
      this.ids.add(run.id);
      part.push(run);
      if (part.length === PART_RUNS) await flush();
    }
    await flush();
    if (number === 0) throw new FleetError("the fleet has no runs");
    if (known !== null && known.parts.length > number) throw otherRuns(name);
    await redis
      .multi()
      .hset(fleetKey(name), { [WHOLE]: "1", [KEEP]: keep })
      .expire(fleetKey(name), keep)
      .exec();
    return this.result();
  }

  async close(): Promise<void> {
    await Promise.all([this.flows.close(), this.parts.close()]);
  }

  private result(): Submitted {
    return { runs: this.ids.size, before: this.before };
  }

  /** Queues one part, unless it is queued or done. */
  private async add(number: number, runs: readonly FleetRun[]): Promise<void> {
    const { name, base, keep } = this.fleet;
    const { redis } = this.connection;
    const part = partOf(number, runs, base);
    const isNew = await redis.hsetnx(fleetKey(name), partField(number), partText(part));
    if (isNew === 0) refuseOther(name, part, await readPart(redis, name, number));
    await redis.expire(fleetKey(name), keep);
    const id = partId(name, number);
    const isThere =
      (await redis.hexists(resultsKey(name), String(number))) === 1 || (await this.parts.getJob(id)) != null;
    if (isThere) {
      this.before += runs.length;
      return;
    }
    const retries = { attempts: ATTEMPTS_MAX, backoff: { type: "exponential", delay: RETRY_MS } };
    await this.flows.add({
      name: "part",
      queueName: PARTS,
      // Only the results of a part that is done are kept: see join-part.ts.
      opts: { ...retries, jobId: id, removeOnComplete: true },
      children: runs.map((run, at) => ({
        name: "run",
        queueName: RUNS,
        data: runData({ fleet: name, run, base }),
        opts: {
          ...retries,
          jobId: runId(name, number, at),
          removeOnComplete: true,
          ignoreDependencyOnFailure: true,
        },
      })),
    });
  }
}

function partOf(number: number, runs: readonly FleetRun[], base: string): QueuedPart {
  const isCertain = runs.every(({ stamps }) => stamps !== undefined);
  return {
    number,
    runs: runs.length,
    digest: digestOf([base, ...runs.map((run) => runLine({ ...run, stamps: undefined }))]),
    states: isCertain ? digestOf(runs.map(({ stamps }) => JSON.stringify(stamps))) : undefined,
  };
}

function digestOf(lines: readonly string[]): string {
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 32);
}

/** Throws FleetError where a part that is queued is another one. */
function refuseOther(name: string, part: QueuedPart, queued: QueuedPart | null): void {
  if (queued?.digest !== part.digest || queued.runs !== part.runs) throw otherRuns(name);
  if (queued.states === undefined || part.states === undefined || queued.states === part.states) return;
  throw new FleetError(
    `files of the fleet ${name} have changed since it was submitted: give it another name, as in --name ${name}-2`,
  );
}

function twice(id: string): FleetError {
  return new FleetError(`run ${id} comes twice: give each run an id of its own`);
}

function otherRuns(name: string): FleetError {
  return new FleetError(
    `a fleet ${name} is there with other runs: give this one a name of its own, as in --name ${name}-2`,
  );
}
