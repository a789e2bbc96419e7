import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Why there is no Redis to test with; undefined: there is one. */
export const noRedis: string | undefined =
  spawnSync("redis-server", ["--version"]).status === 0 ? undefined : "redis-server is not installed";

/** Milliseconds that a server may take to begin. */
const BEGIN_MS = 20_000;

/** A Redis of a test's own, on a socket in the test's own folder. Every write is in its file before it is answered. */
export class RedisServer {
  readonly url: string;
  private readonly folder: string;
  private readonly settings: readonly string[];
  private child: ChildProcess | undefined;

  /** `settings`: as on its command line. */
  constructor(folder: string, settings: readonly string[] = []) {
    this.folder = folder;
    this.settings = settings;
    this.url = `unix://${this.socket}`;
    mkdirSync(folder, { recursive: true });
  }

  get socket(): string {
    return join(this.folder, "redis.sock");
  }

  /** Starts it, with what its file holds, and makes sure that it is this process that answers. */
  async start(): Promise<void> {
    const own = ["--port", "0", "--unixsocket", this.socket, "--dir", this.folder, "--save", ""];
    const child = spawn("redis-server", [...own, "--appendonly", "yes", ...this.settings], {
      stdio: "ignore",
    });
    this.child = child;
    for (const end = Date.now() + BEGIN_MS; Date.now() < end; await sleep(50)) {
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
      const answer = await this.ask("INFO server").catch(() => "");
      if (answer.includes(`process_id:${child.pid}\r\n`)) return;
    }
    throw new Error("redis-server does not answer");
  }

  /** What it answers to one command, as it comes. */
  async ask(command: string): Promise<string> {
    const socket = connect(this.socket);
    try {
      socket.setEncoding("utf8").write(`${command}\r\n`);
      let answer = "";
      for await (const piece of socket) {
        answer += piece;
        const length = /^\$(\d+)\r\n/.exec(answer);
        if (length === null ? answer.endsWith("\r\n") : answer.length >= length[0].length + Number(length[1]))
          break;
      }
      return answer;
    } finally {
      socket.destroy();
    }
  }

  /** Ends it. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }
}
