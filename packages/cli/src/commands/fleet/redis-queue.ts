import { readFileSync } from "node:fs";
import { FleetError, QueueConnection } from "@xgt/fleet";
import { type Command, Option } from "commander";
import { CliError, UsageError } from "../../terminal/cli-error.ts";
import { paletteFor } from "../../terminal/color.ts";
import type { Io } from "../../terminal/io.ts";
import { messageLine } from "../../terminal/messages.ts";
import { shownPath } from "../../terminal/shown-path.ts";

/** Variable that names the Redis where --redis does not: other users of a machine see a command line, but not this. */
const VARIABLE = "XGT_REDIS";

/** Which Redis a command is told to use. */
export interface RedisOptions {
  redis?: string;
  redisCa?: string;
}

/** Adds --redis and --redis-ca. */
export function addRedisOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--redis <URL>",
        `the Redis or Valkey of the fleet: redis://HOST:PORT, rediss://USER:PASSWORD@HOST:PORT with TLS, unix:///PATH; otherwise ${VARIABLE} in the environment says it`,
      ),
    )
    .option("--redis-ca <FILE>", "certificates (PEM) that the Redis's own is held against");
}

/** Whether a command is told to use a Redis. */
export function hasRedis({ redis }: RedisOptions): boolean {
  return redis !== undefined;
}

/**
 * Does something with the Redis that is named, and lets go of it. FleetErrors of the work become CliErrors.
 * @param patience Milliseconds to wait for the Redis when it goes away.
 */
export async function withQueue<T>(
  command: string,
  options: RedisOptions,
  patience: number,
  io: Io,
  work: (connection: QueueConnection) => Promise<T>,
): Promise<T> {
  const url = options.redis ?? io.env[VARIABLE];
  if (url === undefined || url === "") {
    throw new UsageError(
      command,
      `name a Redis: --redis redis://HOST:PORT, or ${VARIABLE} in the environment`,
    );
  }
  const ca = options.redisCa === undefined ? undefined : certificates(options.redisCa);
  const tell = (trouble: string | null) => {
    const text = trouble ?? "the connection to Redis is back";
    const line = messageLine(trouble === null ? "info" : "warning", text, paletteFor("auto", io.stderr, io));
    // A closed stderr is no reason to stop the work.
    io.stderr.write(line).catch(() => {});
  };
  let connection: QueueConnection | undefined;
  try {
    connection = await QueueConnection.open({ url, ca }, patience, tell);
    return await work(connection);
  } catch (error) {
    if (error instanceof FleetError) throw new CliError(error.message);
    // What Redis answers, such as NOPERM: a user who may not do this.
    if (
      error instanceof Error &&
      (error.name === "ReplyError" || error.message === "Connection is closed.")
    ) {
      throw new CliError(`Redis: ${error.message}`);
    }
    throw error;
  } finally {
    connection?.close();
  }
}

function certificates(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    throw new CliError(`${shownPath(path)}: the certificates cannot be read (${code})`);
  }
}
