import type { Redis } from "ioredis";
import { FleetError } from "../fleet-error.ts";
import { loadLibraries, type QueueLibraries } from "./load-libraries.ts";
import { type RedisAccess, redisOptions, shownRedis } from "./redis-access.ts";

/** Milliseconds between two tries to reach a Redis that went away: this many more each time, up to the longest. */
const STEP_MS = 200;
const LONGEST_MS = 2_000;

/** A Redis that a fleet's runs are queued in. */
export class QueueConnection {
  readonly libraries: QueueLibraries;
  readonly redis: Redis;
  /** For messages: without a password. */
  readonly shown: string;

  private readonly letGo: () => void;

  private constructor(libraries: QueueLibraries, redis: Redis, shown: string, letGo: () => void) {
    this.libraries = libraries;
    this.redis = redis;
    this.shown = shown;
    this.letGo = letGo;
  }

  /**
   * Reaches a Redis. Throws FleetError where it cannot be reached now.
   * @param patience Milliseconds to wait for it when it goes away later.
   * @param onTrouble Told once each time that it has gone away, and once it is back: null.
   */
  static async open(
    access: RedisAccess,
    patience: number,
    onTrouble: (trouble: string | null) => void,
  ): Promise<QueueConnection> {
    const shown = shownRedis(access);
    const libraries = await loadLibraries();
    let isReached = false;
    let isClosed = false;
    let trouble = "";
    let goneSince = 0;
    const redis = new libraries.Redis({
      ...redisOptions(access),
      lazyConnect: true,
      maxRetriesPerRequest: null,
      retryStrategy: (times: number) => {
        if (!isReached || (goneSince > 0 && Date.now() - goneSince > patience)) return null;
        return Math.min(times * STEP_MS, LONGEST_MS);
      },
    });
    redis.on("error", (error: Error) => {
      trouble = reasonOf(error);
    });
    redis.on("close", () => {
      if (!isReached || goneSince > 0 || isClosed) return;
      goneSince = Date.now();
      onTrouble(`${shown}: the connection is lost; waiting for it to come back`);
    });
    redis.on("ready", () => {
      if (goneSince > 0) onTrouble(null);
      goneSince = 0;
    });
    try {
      await redis.connect();
      isReached = true;
    } catch (error) {
      redis.disconnect();
      const why = trouble === "" ? reasonOf(error) : trouble;
      throw new FleetError(`${shown}: cannot be reached (${why}); check that Redis runs there`);
    }
    return new QueueConnection(libraries, redis, shown, () => {
      isClosed = true;
      redis.disconnect();
    });
  }

  /** Lets go of it, whatever is under way. */
  close(): void {
    this.letGo();
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error ? String(error.code) : error.message;
}
