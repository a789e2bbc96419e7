import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { noRedis, RedisServer } from "./redis-server.ts";

/** Runs of the fleet that is spread. `XGT_FLEET_RUNS=2000` makes it as large as its claim. */
const RUNS = Number(process.env.XGT_FLEET_RUNS ?? 240);
/** MiB for each run: what the logs here need several times over, and the one that needs too much does not have. */
const MEMORY = "48";

const traces = join(import.meta.dirname, "../../../corpus/traces/dma-4.20");
const folder = mkdtempSync(join(tmpdir(), "xgt-queue-"));
const at = (name: string) => join(folder, name);
const xgt = at("xgt.mjs");
let children: ChildProcess[] = [];

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [xgt, "fleet", ...args], {
    cwd: folder,
    env: { ...process.env, XDG_CACHE_HOME: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (piece: string) => {
      text[name] += piece;
    });
  }
  return { child, ended: once(child, "close").then(([status]) => ({ status, ...text })) };
}

const fleet = (...args: string[]) => start(...args).ended;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** A log that makes more findings than MEMORY has room for. */
function greedyLog(): string {
  const ram = { gfn: "0x40000", count: "0x100000" };
  const head = { xgt_log: 1, version: 1, xen: "4.20", arch: "arm64" };
  const lines = [
    JSON.stringify({ ...head, domains: [{ domid: 0, mode: "direct-mapped", ram: [ram], regions: [] }] }),
  ];
  for (let i = 0; i < 50_000; i++) {
    const gfn = `0x${(0x40000 + 2 * i).toString(16)}`;
    const args = {
      domid: "0x7ff0",
      extent_order: 0,
      mem_flags: 0,
      nr_extents: 1,
      start_extent: 0,
      extents: [gfn],
    };
    const segments = [{ phys: `${gfn}000`, bus: `${gfn}000`, size: 4096 }];
    for (const event of [
      { id: i + 1, ev: "enter", pid: i, comm: `task-${i}`, nr: 12, cmd: 1, args },
      { id: i + 1, ev: "exit", ret: 1 },
      { ev: "dma", op: "map", dir: "TO_DEVICE", dev: `0000:00:01.${i}`, segments },
    ]) {
      lines.push(JSON.stringify({ t: i, ...event }));
    }
  }
  return `${lines.join("\n")}\n`;
}

/** A manifest of the corpus, of seeded variants of it, of a log that needs too much and of one that vanishes. */
function writeFleet(): void {
  copyFileSync(join(traces, "spec.json"), at("spec.json"));
  const sources = ["faulty/hvclog.jsonl", "gntdev/hvclog.jsonl.gz"].map((name) => {
    const bytes = readFileSync(join(traces, name));
    return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString().trimEnd().split("\n");
  });
  const variants = Array.from({ length: 40 }, (_, seed) => {
    const lines = sources[seed % 2];
    writeFileSync(
      at(`log-${seed}`),
      `${lines.slice(0, lines.length - ((seed >> 1) % (lines.length >> 1))).join("\n")}\n`,
    );
    return `log-${seed}`;
  });
  writeFileSync(at("greedy"), greedyLog());
  writeFileSync(at("vanishes"), "gone before it is read\n");
  const runs = Array.from({ length: RUNS - 2 }, (_, index) => ({
    id: `run-${index}`,
    logs: [variants[(index * 7) % variants.length]],
    domains: "spec.json",
    group: { kernel: `6.12.${index % 5}`, board: index % 2 === 0 ? "a" : "b" },
  }));
  runs.splice(RUNS / 3, 0, { ...runs[0], id: "greedy", logs: ["greedy"] });
  runs.splice(RUNS / 2, 0, { ...runs[0], id: "vanishes", logs: ["vanishes"] });
  const lines = [{ xgt_fleet: 1, name: "nightly" }, ...runs];
  writeFileSync(at("fleet.ndjson"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const few = [lines[0], ...runs.slice(0, 12)];
  writeFileSync(at("few.ndjson"), few.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

describe.skipIf(noRedis !== undefined)(
  `a fleet over Redis${noRedis === undefined ? "" : ` (${noRedis})`}`,
  () => {
    const redis = new RedisServer(at("redis"));
    const over = ["--redis", redis.url];
    const work = (...more: string[]) => start("work", ...over, "--jobs", "1", "--memory", MEMORY, ...more);

    beforeAll(async () => {
      execFileSync(process.execPath, ["bundle.mjs", xgt], { cwd: join(import.meta.dirname, "..") });
      writeFleet();
      await redis.start();
    }, 120_000);
    afterEach(() => {
      for (const child of children) if (child.exitCode === null) child.kill("SIGKILL");
      children = [];
    });
    afterAll(async () => {
      await redis.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Waits until so many runs of a fleet have an end. */
    async function reached(name: string, runs: number): Promise<void> {
      for (;;) {
        const { stdout } = await fleet("report", name, ...over, "-f", "json");
        if (JSON.parse(stdout).runs >= runs) return;
        await sleep(100);
      }
    }

    it("loses no run and counts none twice: a worker is killed, Redis is killed and comes back", async () => {
      const submitted = await fleet("submit", "fleet.ndjson", ...over);
      expect(submitted).toEqual({ status: 0, stdout: `nightly: ${RUNS} runs submitted\n`, stderr: "" });
      rmSync(at("vanishes"));
      const workers = [1, 2, 3].map(() => work("--until-empty"));
      await reached("nightly", RUNS / 5);
      workers[0].child.kill("SIGKILL");
      await reached("nightly", RUNS / 3);
      await redis.stop("SIGKILL");
      await sleep(1_000);
      await redis.start();
      for (const { ended } of workers.slice(1)) {
        expect(await ended).toMatchObject({
          status: 0,
          stderr: expect.stringMatching(/is lost(.|\n)*is back/),
        });
      }
      expect(await fleet("watch", "nightly", ...over)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(new RegExp(`^nightly: ${RUNS} of ${RUNS} runs done`)),
      });
      await fleet("run", "fleet.ndjson", "-o", "one", "--jobs", "2", "--memory", MEMORY);
      for (const form of ["json", "text", "sarif"]) {
        const spread = await fleet("report", "nightly", ...over, "-f", form, "-v");
        const one = await fleet("report", "one", "-f", form, "-v", "--name", "nightly");
        expect(spread).toEqual(one);
        expect(spread.status).toBe(2);
      }
      const { runs, failed, failures } = JSON.parse(
        (await fleet("report", "nightly", ...over, "-f", "json")).stdout,
      );
      expect({ runs, failed, failures }).toEqual({
        runs: RUNS,
        failed: 2,
        failures: [
          { run: "greedy", reason: `its replay needs more than ${MEMORY} MiB; --memory gives more` },
          { run: "vanishes", reason: "vanishes: no such file; check the name" },
        ],
      });
    }, 1_800_000);

    it("leaves nothing but packed results, which expire", async () => {
      const keys = (await redis.ask("KEYS xgt:*")).split("\r\n").filter((key) => key.startsWith("xgt:"));
      expect(keys.filter((key) => /:(runs|parts):.*\.\d/.test(key))).toEqual([]);
      for (const key of ["xgt:fleet:nightly", "xgt:fleet:nightly:results"]) {
        expect(Number((await redis.ask(`TTL ${key}`)).slice(1))).toBeGreaterThan(29 * 86_400);
      }
    });

    it("goes on after an interrupt, of the work and of who watches", async () => {
      await fleet("submit", "few.ndjson", "--name", "again", ...over);
      const slow = work("--rate", "2");
      await reached("again", 2);
      const watch = start("watch", "again", ...over);
      await sleep(1_500);
      watch.child.kill("SIGINT");
      slow.child.kill("SIGINT");
      expect((await watch.ended).status).toBe(130);
      expect((await slow.ended).status).toBe(130);
      const open = await fleet("report", "again", ...over, "-f", "json");
      expect(open.stderr).toMatch(/again: \d+ runs are not done yet/);
      expect((await work("--until-empty").ended).status).toBe(0);
      await fleet("run", "few.ndjson", "-o", "few", "--memory", MEMORY);
      const one = await fleet("report", "few", "-f", "json", "--name", "again", "--against", "one");
      expect(await fleet("report", "again", ...over, "-f", "json", "--against", "nightly")).toEqual(one);
    }, 120_000);

    it("queues nothing twice, and no other runs under the same name", async () => {
      expect((await fleet("submit", "few.ndjson", "--name", "again", ...over)).stdout).toBe(
        "again: 12 runs submitted, 12 of them before\n",
      );
      const other = await fleet("submit", "log-0", "log-1", "--name", "again", ...over);
      expect([other.status, other.stderr]).toEqual([2, expect.stringContaining("is there with other runs")]);
      expect((await fleet("report", "none", ...over)).stderr).toContain("no fleet none there");
    });

    it("reads below the worker's roots only, whatever names and links say", async () => {
      const names = ["log-0", "../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "link"];
      execFileSync("ln", ["-s", "/etc/passwd", at("link")]);
      await fleet("submit", ...names, "--name", "roots", ...over, "--domains", "spec.json");
      await work("--until-empty", "--root", folder).ended;
      const { failures } = JSON.parse((await fleet("report", "roots", ...over, "-f", "json")).stdout);
      expect(failures.map(({ run }: { run: string }) => run)).toEqual(names.slice(1).sort());
      for (const { reason } of failures) expect(reason).toContain("outside of what this worker may read");
    });

    it("ends a run alone that takes too long, with the same reason everywhere", async () => {
      const server = createHttpServer(({ method }, response) => {
        if (method === "HEAD") response.end();
        const timer = setInterval(() => response.write("\n"), 100);
        response.on("close", () => clearInterval(timer));
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const names = ["log-0", `${host}/endless`, "log-1"];
      const bounds = ["--memory", MEMORY, "--jobs", "1", "--run-seconds", "4"];
      try {
        await fleet("submit", ...names, "--name", "slow", ...over, "--domains", "spec.json");
        await fleet("work", ...over, ...bounds, "--until-empty", "--root", folder, "--root", host);
        await fleet("run", ...names, "-o", "slow", ...bounds, "--domains", "spec.json");
      } finally {
        server.closeAllConnections();
        server.close();
      }
      const spread = await fleet("report", "slow", ...over, "-f", "json");
      expect(spread).toEqual(await fleet("report", "slow", "-f", "json", "--name", "slow"));
      const { runs, failures } = JSON.parse(spread.stdout);
      const reason = "its replay takes more than 4 s; --run-seconds gives more";
      expect([runs, failures]).toEqual([3, [{ run: names[1], reason }]]);
    });

    it("tells a log that has changed since it was submitted", async () => {
      for (const name of ["stays", "changes"]) copyFileSync(at("log-0"), at(name));
      const submit = () =>
        fleet("submit", "stays", "changes", "--name", "changing", ...over, "--domains", "spec.json");
      await submit();
      writeFileSync(at("changes"), readFileSync(at("log-1")));
      await work("--until-empty").ended;
      const { runs, failures } = JSON.parse(
        (await fleet("report", "changing", ...over, "-f", "json")).stdout,
      );
      expect([runs, failures.length, failures[0].run]).toEqual([2, 1, "changes"]);
      expect(failures[0].reason).toMatch(
        /^changes: has changed since the fleet began \(bytes \d+ then, \d+ now\)/,
      );
      expect(await submit()).toMatchObject({
        status: 2,
        stderr: expect.stringContaining("files of the fleet changing have changed since it was submitted"),
      });
    });

    it("takes users and passwords from the URL, and never prints them", async () => {
      // As docs/fleets.md has it.
      await redis.ask("ACL SETUSER farm on >s3cret%word ~xgt:* &* +@all -@dangerous +info");
      const url = (password: string) => redis.url.replace("unix://", `unix://farm:${password}@`);
      const user = ["--redis", url("s3cret%25word")];
      const submitted = await fleet("submit", "few.ndjson", "--name", "users", ...user);
      expect(submitted).toMatchObject({ status: 0, stderr: "" });
      const worked = await fleet("work", ...user, "--until-empty", "--memory", MEMORY);
      expect(worked).toMatchObject({ status: 0, stdout: "12 runs done\n", stderr: "" });
      expect((await fleet("watch", "users", ...user)).status).toBe(0);
      expect(JSON.parse((await fleet("report", "users", ...user, "-f", "json")).stdout).runs).toBe(12);
      const wrong = await fleet("report", "users", "--redis", url("wr0ng"), "-f", "json");
      expect([wrong.status, wrong.stdout]).toEqual([2, ""]);
      expect(wrong.stderr).toMatch(/cannot be reached \(WRONGPASS/);
      expect(wrong.stderr).not.toMatch(/wr0ng|farm/);
    });

    it.skipIf(spawnSync("openssl", ["version"]).status !== 0)(
      "speaks TLS with a Redis whose certificate it can hold against something",
      async () => {
        const [key, certificate] = [at("key.pem"), at("certificate.pem")];
        const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
        const made = [
          "req",
          "-x509",
          "-newkey",
          "rsa:2048",
          "-nodes",
          "-days",
          "2",
          "-keyout",
          key,
          "-out",
          certificate,
        ];
        execFileSync("openssl", [...made, ...subject], { stdio: "ignore" });
        const port = await freePort();
        const files = [
          "--tls-cert-file",
          certificate,
          "--tls-key-file",
          key,
          "--tls-ca-cert-file",
          certificate,
        ];
        const safe = new RedisServer(at("safe"), [
          "--tls-port",
          `${port}`,
          "--tls-auth-clients",
          "no",
          ...files,
        ]);
        await safe.start();
        try {
          const url = ["--redis", `rediss://127.0.0.1:${port}`];
          const trusted = await fleet("submit", "few.ndjson", ...url, "--redis-ca", certificate);
          expect(trusted).toEqual({ status: 0, stdout: "nightly: 12 runs submitted\n", stderr: "" });
          const stranger = await fleet("submit", "few.ndjson", ...url);
          expect([stranger.status, stranger.stderr]).toEqual([
            2,
            expect.stringContaining("SELF_SIGNED_CERT"),
          ]);
        } finally {
          await safe.stop();
        }
      },
    );

    it("says where there is no Redis, and what is no URL of one", async () => {
      const none = await fleet("work", "--redis", "redis://user:s3cret@127.0.0.1:9");
      expect(none).toEqual({
        status: 2,
        stdout: "",
        stderr: expect.stringMatching(/redis:\/\/127\.0\.0\.1:9: cannot be reached \(ECONNREFUSED\)/),
      });
      const wrong = await fleet("work", "--redis", "http://user:s3cret@host");
      expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining("this is no URL of a Redis")]);
      expect(wrong.stderr).not.toContain("s3cret");
      expect((await fleet("work")).stderr).toContain("name a Redis");
    });
  },
);
