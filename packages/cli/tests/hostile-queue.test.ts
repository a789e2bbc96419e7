import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  type FleetRun,
  QueueConnection,
  QueuedResults,
  type RunSummary,
  submitFleet,
  workOnFleets,
} from "@xgt/fleet";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { noRedis, RedisServer } from "./redis-server.ts";

/** Milliseconds within which a fleet of a few runs has its end, whatever stands in the Redis. */
const END_MS = 25_000;

const folder = mkdtempSync(join(tmpdir(), "xgt-hostile-queue-"));
const RESULTS = "xgt:fleet:night:results";
/** A summary's line. */
const LINE = '{"xgt_run":1,"id":"b","operations":1,"causes":[],"undecided":[]}';
/** Unpacks to more than any part has. */
const BOMB = gzipSync(Buffer.alloc((1 << 28) + 1));
const GONE = "its job is gone from the Redis, or damaged: somebody else has written there";
const DAMAGED = "its answer in the Redis is damaged: somebody else has written there";

type Redis = QueueConnection["redis"];

/** Takes a run out of the queue. */
const unqueue = (redis: Redis, id: string) => redis.multi().lrem("xgt:runs:wait", 0, id);

/** As if a worker had given this answer for a run. */
async function answer(redis: Redis, id: string, text: string): Promise<void> {
  const key = `xgt:runs:${id}`;
  await unqueue(redis, id).del(key).srem("xgt:parts:night.0:dependencies", key).exec();
  await redis.hset("xgt:parts:night.0:processed", key, text);
}

/** What is written in a run's place, and what its end is then. */
const runDamages: readonly {
  readonly what: string;
  readonly end: string;
  readonly write: (redis: Redis, id: string) => Promise<unknown>;
}[] = [
  {
    what: "data is no run",
    end: "its job in the Redis: run is missing",
    write: (redis, id) => redis.hset(`xgt:runs:${id}`, "data", "{}"),
  },
  { what: "data is no JSON", end: GONE, write: (redis, id) => redis.hset(`xgt:runs:${id}`, "data", "{") },
  { what: "options are no JSON", end: GONE, write: (redis, id) => redis.hset(`xgt:runs:${id}`, "opts", "{") },
  {
    what: "has another parent",
    end: GONE,
    write: (redis, id) => redis.hset(`xgt:runs:${id}`, "parentKey", "xgt:parts:other.0"),
  },
  {
    what: "is no job",
    end: GONE,
    write: (redis, id) => redis.multi().del(`xgt:runs:${id}`).set(`xgt:runs:${id}`, "x").exec(),
  },
  { what: "is gone, but for its place", end: GONE, write: (redis, id) => redis.del(`xgt:runs:${id}`) },
  { what: "has lost its place", end: GONE, write: (redis, id) => unqueue(redis, id).exec() },
  { what: "is gone", end: GONE, write: (redis, id) => unqueue(redis, id).del(`xgt:runs:${id}`).exec() },
  {
    what: "is put off for ever",
    end: GONE,
    write: (redis, id) => unqueue(redis, id).zadd("xgt:runs:delayed", 9e15, id).exec(),
  },
  { what: "answer is no JSON", end: DAMAGED, write: (redis, id) => answer(redis, id, "{") },
  { what: "answer is no summary", end: DAMAGED, write: (redis, id) => answer(redis, id, '"{}"') },
  {
    what: "answer is two summaries",
    end: DAMAGED,
    write: (redis, id) => answer(redis, id, JSON.stringify(`${LINE}\n${LINE}`)),
  },
  { what: "answer is no text", end: DAMAGED, write: (redis, id) => answer(redis, id, "[]") },
];

const partDamages: readonly {
  readonly what: string;
  readonly write: (redis: Redis, name: string) => Promise<unknown>;
}[] = [
  { what: "data is no JSON", write: (redis, name) => redis.hset(`xgt:parts:${name}.0`, "data", "{") },
  { what: "options are no JSON", write: (redis, name) => redis.hset(`xgt:parts:${name}.0`, "opts", "{") },
  {
    what: "is no job",
    write: (redis, name) => redis.multi().del(`xgt:parts:${name}.0`).set(`xgt:parts:${name}.0`, "x").exec(),
  },
  { what: "is gone", write: (redis, name) => redis.del(`xgt:parts:${name}.0`) },
  {
    what: "is kept nobody knows how long",
    write: (redis, name) => redis.hset(`xgt:fleet:${name}`, "keep", "ever"),
  },
];

describe.skipIf(noRedis !== undefined)("a queue in which somebody has written", () => {
  const server = new RedisServer(join(folder, "redis"));
  let connection: QueueConnection;

  beforeAll(async () => {
    await server.start();
    connection = await QueueConnection.open({ url: server.url, ca: undefined }, 1_000, () => {});
  });
  afterEach(async () => {
    await connection.redis.flushall();
  });
  afterAll(async () => {
    connection.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const submit = (name: string, ids: readonly string[]) =>
    submitFleet(connection, { name, runs: runsOf(ids), base: "/", keep: 1_000 });

  /** Works until nothing is left. Throws where that takes too long. */
  async function work(): Promise<void> {
    const tooLong = AbortSignal.timeout(END_MS);
    await workOnFleets(connection, {
      jobs: 1,
      rate: undefined,
      replay: async ({ run: { id, group } }): Promise<RunSummary> => ({
        id,
        group,
        failure: undefined,
        troubles: [],
        operations: 1,
        causes: [],
        causesLeftOut: 0,
        undecided: [],
      }),
      signal: tooLong,
      untilEmpty: true,
      onRun: () => {},
    });
    if (tooLong.aborted) throw new Error("the work does not end");
  }

  /** Each run's id with its reason, in order. */
  async function ends(name: string): Promise<string[]> {
    const results = new QueuedResults(connection, name);
    try {
      const { runs: all, done } = await results.state();
      const found: string[] = [];
      for await (const { id, failure } of results.summaries())
        found.push(failure === undefined ? id : `${id}: ${failure}`);
      expect([done, found.length]).toEqual([all, all]);
      return found.sort();
    } finally {
      await results.close();
    }
  }

  it("gives every run an end, whatever stands in its place", async () => {
    const ids = runDamages.map(({ what }) => what);
    await submit("night", ["first", ...ids, "last"]);
    for (const [at, { write }] of runDamages.entries()) await write(connection.redis, `night.0.${at + 1}`);
    await work();
    const expected = runDamages.map(({ end }, at) => `night.0.${at + 1}: ${end}`);
    expect(await ends("night")).toEqual(["first", "last", ...expected].sort());
    expect(await connection.redis.keys("xgt:*.*")).toEqual([]);
  });

  it("joins every part, whatever stands in its place", async () => {
    for (const [at, { write }] of partDamages.entries()) {
      await submit(`night-${at}`, ["a", "b"]);
      await write(connection.redis, `night-${at}`);
    }
    await work();
    for (const [at, { what }] of partDamages.entries()) {
      expect([what, await ends(`night-${at}`)]).toEqual([what, ["a", "b"]]);
    }
    // BullMQ breaks off in the middle where a part is no job.
    const alien = partDamages.findIndex(({ what }) => what === "is no job");
    const left = (await connection.redis.keys("xgt:*.*")).filter((key) => !key.includes(`night-${alien}.`));
    expect(left).toEqual([]);
    expect(await connection.redis.ttl(`xgt:fleet:night-${partDamages.length - 1}:results`)).toBeGreaterThan(
      900,
    );
  });

  it("tells the end of a fleet whose jobs are all gone", async () => {
    await submit("night", ["a", "b"]);
    const { redis } = connection;
    await redis.del(...(await redis.keys("xgt:runs:*")), ...(await redis.keys("xgt:parts:*")));
    expect(await ends("night")).toEqual([`night.0.0: ${GONE}`, `night.0.1: ${GONE}`]);
  });

  it.each<[string, string, (redis: Redis) => Promise<unknown>]>([
    ["is no JSON", "fleet night: part:0: ", (redis) => redis.hset("xgt:fleet:night", "part:0", "{")],
    ["has no end", "runs is a number", (redis) => redis.hset("xgt:fleet:night", "part:0", '{"runs":1e99}')],
    [
      "is too long",
      "this is no part",
      (redis) => redis.hset("xgt:fleet:night", "part:0", '{"runs":1000000}'),
    ],
    [
      "has a result that is not packed",
      "part 0: the summaries are damaged",
      (redis) => redis.hset(RESULTS, "0", "x"),
    ],
    ["has a result of nothing", "damaged: 0 of 3 runs", (redis) => redis.hset(RESULTS, "0", gzipSync(""))],
    [
      "has a result that unpacks without end",
      "the summaries are damaged",
      (redis) => redis.hset(RESULTS, "0", BOMB),
    ],
    [
      "has a result that is no summary",
      "this is no summary of a run",
      (redis) => redis.hset(RESULTS, "0", gzipSync("{}\n")),
    ],
  ])("says so where a part %s, and lets work end", async (_, message, write) => {
    await submit("night", ["a", "b", "c"]);
    await write(connection.redis);
    await work();
    await expect(ends("night")).rejects.toThrow(message);
  });
});

async function* runsOf(ids: readonly string[]): AsyncGenerator<FleetRun> {
  for (const id of ids) {
    yield { id, logs: [id], domains: undefined, xen: undefined, page: undefined, group: {} };
  }
}
