import type { QueueEvents } from "bullmq";
import { FleetError } from "../fleet-error.ts";
import type { RunSummary } from "../summary/run-summary.ts";
import { linesOf } from "./join-part.ts";
import { summariesOfText, unpackSummaries } from "./packed-summaries.ts";
import type { QueueConnection } from "./queue-connection.ts";
import { checkName, PARTS, PREFIX, partId, RUNS, resultsKey } from "./queue-names.ts";
import { type QueuedFleet, readFleet } from "./queued-fleet.ts";

/** How far a fleet is. */
export interface FleetState {
  /** All runs that are queued or done. */
  readonly runs: number;
  /** Runs that have an end: an answer, or a reason why there is none. */
  readonly done: number;
  /** All of its runs are queued. */
  readonly isWhole: boolean;
}

/** A fleet in a queue, for those who look at it. */
export class QueuedResults {
  private readonly connection: QueueConnection;
  private readonly name: string;
  private readonly runs;
  private readonly parts;
  private events: QueueEvents | undefined;

  /** `name`: the fleet's. Throws FleetError where no fleet can be called so. */
  constructor(connection: QueueConnection, name: string) {
    checkName(name);
    this.connection = connection;
    this.name = name;
    const options = { connection: connection.redis, prefix: PREFIX };
    const { Queue } = connection.libraries;
    this.runs = new Queue(RUNS, options);
    this.parts = new Queue(PARTS, options);
    for (const each of [this.runs, this.parts]) each.on("error", () => {});
  }

  /** How far the fleet is. Throws FleetError where there is none of its name. */
  async state(): Promise<FleetState> {
    const { parts, isWhole } = await this.fleet();
    const have = new Set(await this.connection.redis.hkeys(resultsKey(this.name)));
    let done = 0;
    let all = 0;
    for (const { number, runs } of parts) {
      all += runs;
      done += have.has(String(number)) ? runs : await this.doneOf(number);
    }
    return { runs: all, done, isWhole };
  }

  /** Summaries of all runs that have an end. Throws FleetError. */
  async *summaries(): AsyncGenerator<RunSummary> {
    const { parts } = await this.fleet();
    for (const { number } of parts) {
      const where = `fleet ${this.name}: part ${number}`;
      const job = await this.parts.getJob(partId(this.name, number));
      const under = job == null ? [] : await linesOf(job, this.runs);
      // Looked for after the job: a part that is done meanwhile has its result before its job goes.
      const kept = await this.connection.redis.hgetBuffer(resultsKey(this.name), String(number));
      yield* kept === null ? summariesOfText(under.join(""), where) : unpackSummaries(kept, where);
    }
  }

  /** Waits until a part is done, or some milliseconds. */
  async change(most: number, signal: AbortSignal | undefined): Promise<void> {
    this.events ??= this.listen();
    const { events } = this;
    await new Promise<void>((resolve) => {
      const over = () => {
        clearTimeout(timer);
        events.off("completed", over);
        signal?.removeEventListener("abort", over);
        resolve();
      };
      const timer = setTimeout(over, most);
      events.on("completed", over);
      signal?.addEventListener("abort", over);
      if (signal?.aborted === true) over();
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.runs.close(), this.parts.close(), this.events?.close()]);
  }

  private listen() {
    const { QueueEvents } = this.connection.libraries;
    const events = new QueueEvents(PARTS, { connection: this.connection.redis, prefix: PREFIX });
    events.on("error", () => {});
    return events;
  }

  private async fleet(): Promise<QueuedFleet> {
    const fleet = await readFleet(this.connection.redis, this.name);
    if (fleet !== null) return fleet;
    throw new FleetError(
      `${this.connection.shown}: no fleet ${this.name} there, or its results have expired`,
    );
  }

  private async doneOf(part: number): Promise<number> {
    const job = await this.parts.getJob(partId(this.name, part));
    if (job == null) return 0;
    const { processed = 0, ignored = 0 } = await job.getDependenciesCount({ processed: true, ignored: true });
    return processed + ignored;
  }
}
