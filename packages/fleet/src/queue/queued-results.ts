import type { QueueEvents } from "bullmq";
import { FleetError } from "../fleet-error.ts";
import type { RunSummary } from "../summary/run-summary.ts";
import { summariesOfText, unpackSummaries } from "./packed-summaries.ts";
import { endOfGone, partEnds } from "./part-ends.ts";
import type { QueueConnection } from "./queue-connection.ts";
import { checkName, jobKey, PARTS, PREFIX, partId, resultsKey, runId } from "./queue-names.ts";
import { type QueuedFleet, type QueuedPart, readFleet } from "./queued-fleet.ts";

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
  private events: QueueEvents | undefined;

  /** `name`: the fleet's. Throws FleetError where no fleet can be called so. */
  constructor(connection: QueueConnection, name: string) {
    checkName(name);
    this.connection = connection;
    this.name = name;
  }

  /** How far the fleet is. Throws FleetError where there is none of its name. */
  async state(): Promise<FleetState> {
    const { parts, isWhole } = await this.fleet();
    const have = new Set(await this.connection.redis.hkeys(resultsKey(this.name)));
    let done = 0;
    let all = 0;
    for (const part of parts) {
      all += part.runs;
      if (have.has(String(part.number))) done += part.runs;
      else done += await this.doneOf(part, isWhole);
    }
    return { runs: all, done, isWhole };
  }

  /** Summaries of all runs that have an end. Throws FleetError. */
  async *summaries(): AsyncGenerator<RunSummary> {
    const { parts, isWhole } = await this.fleet();
    for (const part of parts) {
      const where = `fleet ${this.name}: part ${part.number}`;
      let kept = await this.kept(part);
      const under = kept === null ? await this.ends(part, isWhole) : [];
      // Looked for again after the job: a part that is done meanwhile has its result before its job goes.
      kept ??= await this.kept(part);
      if (kept === null) yield* summariesOfText(under.join(""), where);
      else yield* unpackSummaries(kept, part.runs, where);
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
    await this.events?.close();
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

  /** Lines of the summaries of a part that has no result yet; of its runs that have an end. */
  private async ends({ number, runs }: QueuedPart, isWhole: boolean): Promise<string[]> {
    const { redis } = this.connection;
    const part = { fleet: this.name, part: number, runs };
    const ends = await partEnds(redis, part);
    if (!isWhole || (await this.isUnderWay(number))) return ends.filter((line) => line !== undefined);
    // Its job ends once it has a result. One that has none is gone, and so are its runs.
    return ends.map((line, at) => line ?? endOfGone(runId(this.name, number, at)));
  }

  /** The same, only counted: looked at again and again. */
  private async doneOf({ number, runs }: QueuedPart, isWhole: boolean): Promise<number> {
    if (isWhole && !(await this.isUnderWay(number))) return runs;
    const { redis } = this.connection;
    const key = jobKey(PARTS, partId(this.name, number));
    const counts = await Promise.all(["processed", "failed"].map((ended) => redis.hlen(`${key}:${ended}`)));
    return Math.min(runs, counts[0] + counts[1]);
  }

  /** Whether a part's job is there, and has no end. */
  private async isUnderWay(number: number): Promise<boolean> {
    const { redis } = this.connection;
    const key = jobKey(PARTS, partId(this.name, number));
    return (await redis.type(key)) === "hash" && (await redis.hget(key, "finishedOn")) === null;
  }

  private kept({ number }: QueuedPart): Promise<Buffer | null> {
    return this.connection.redis.hgetBuffer(resultsKey(this.name), String(number));
  }
}
