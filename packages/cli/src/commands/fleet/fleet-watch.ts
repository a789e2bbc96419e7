import { setTimeout as sleep } from "node:timers/promises";
import { QueuedResults } from "@xgt/fleet";
import { FLEET_RECONNECT_MS } from "../../limits.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { FleetProgress } from "./fleet-progress.ts";
import { type RedisOptions, withQueue } from "./redis-queue.ts";

/** Milliseconds between two looks, on a terminal and elsewhere. */
const LOOK_MS = 1_000;
const LINE_MS = 10_000;

/** `xgt fleet watch`: tells how far a fleet is, until it is done. Returns the exit status. */
export async function fleetWatch(name: string, options: RedisOptions, io: Io): Promise<number> {
  const signal = io.interrupt?.signal;
  const watch = () =>
    withQueue("xgt fleet watch", options, FLEET_RECONNECT_MS, io, async (connection) => {
      const results = new QueuedResults(connection, name);
      try {
        return await untilDone(results, io, signal);
      } finally {
        await results.close();
      }
    });
  const last = await (io.interrupt?.while(watch) ?? watch());
  if (signal?.aborted) return ExitStatus.interrupted;
  await io.stdout.write(`${name}: ${last}\n`);
  return ExitStatus.clean;
}

/** Tells how far the fleet is, until it is done or the signal is aborted. Returns the last word. */
async function untilDone(results: QueuedResults, io: Io, signal: AbortSignal | undefined): Promise<string> {
  let progress: FleetProgress | undefined;
  let told = Date.now();
  try {
    for (;;) {
      const { done, runs, isWhole } = await results.state();
      progress ??= new FleetProgress(io, false, done);
      progress.reach(done, runs);
      if ((isWhole && done === runs) || signal?.aborted === true) return progress.text(runs);
      if (!io.stderr.isTTY && Date.now() - told >= LINE_MS) {
        told = Date.now();
        await io.stderr.write(`${progress.text(runs)}\n`);
      }
      await results.change(LOOK_MS, signal);
      await sleep(LOOK_MS / 10);
    }
  } finally {
    progress?.clear();
  }
}
