import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { rules } from "@xgt/p2m-tracker";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

const packageFolder = join(import.meta.dirname, "..");
const breaking = rules.find((rule) => rule.id === "G44")?.failing ?? "";
/** What the tests allow: a second of a processor, which on a machine that does other work takes as much longer. */
const END_MS = 1000;
const endMs = () => END_MS * Math.max(1, loadavg()[0] / availableParallelism());
/** For bundling the command and writing the logs. */
const READY_MS = 120_000;
const LARGE_LOG_BYTES = 192 << 20;
const signals = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const;
let folder = "";
let place = "";
let xgt = "";

/** A healthy log that takes much longer to replay than the tests wait: one grant mapped and unmapped again and again. */
function writeLargeLog(path: string): void {
  const header = {
    xgt_log: 1,
    version: 1,
    xen: "4.20",
    arch: "arm64",
    from_boot: true,
    domains: [
      {
        domid: 0,
        mode: "direct-mapped",
        ram: [{ gfn: "0x60000", count: "0x2000" }],
        regions: [{ name: "extended", gfn: "0x80000", count: "0x1000" }],
      },
    ],
  };
  const op = { host_addr: "0x80001000", flags: 2, ref: 8, dom: 1 };
  const round = [
    { id: 1, ev: "enter", pid: 7, nr: 20, cmd: 0, args: { count: 1, ops: [op] } },
    { id: 1, ev: "exit", pid: 7, ret: 0, ops: [{ status: 0, handle: 1, dev_bus_addr: "0xbde5e000" }] },
    { ev: "guest_p2m", pid: 7, pfn: "0x80001", mfn: "0xbde5e", nr: 1 },
    {
      id: 2,
      ev: "enter",
      pid: 7,
      nr: 20,
      cmd: 1,
      args: { count: 1, ops: [{ host_addr: "0x80001000", dev_bus_addr: "0x0", handle: 1 }] },
    },
    { id: 2, ev: "exit", pid: 7, ret: 0, ops: [{ status: 0 }] },
    { ev: "guest_p2m", pid: 7, pfn: "0x80001", mfn: "0xffffffffffffffff", nr: 1 },
  ];
  const text = round
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("")
    .repeat(2000);
  writeFileSync(path, `${JSON.stringify(header)}\n`);
  for (let bytes = 0; bytes < LARGE_LOG_BYTES; bytes += text.length) appendFileSync(path, text);
}

/**
 * A log whose every event is as large as one may be: a signal is heard between two of them only. Bounds:
 * p2m-tracker's CALL_FRAMES_MAX, CALL_OPS_MAX, GUEST_ENTRY_PAGES_MAX and DMA_EVENT_PAGES_MAX.
 */
function writeLogOfLargeEvents(path: string): void {
  const hex = (value: number) => `0x${value.toString(16)}`;
  const ram = 0x100000;
  const frames = 1 << 20;
  const domain = {
    domid: 0,
    mode: "direct-mapped",
    ram: [{ gfn: hex(ram), count: hex(4 * frames) }],
    regions: [{ name: "extended", gfn: hex(0x2000000), count: hex(4 * frames) }],
  };
  const reservation = (id: number, cmd: number) => {
    const extents = [0, 1, 2, 3].map((i) => hex(ram + (i * frames) / 4));
    const args = { domid: "0x7ff0", extent_order: 18, mem_flags: 0, nr_extents: 4, start_extent: 0, extents };
    return [
      { id, ev: "enter", pid: 7, nr: 12, cmd, args },
      { id, ev: "exit", pid: 7, ret: 4, ...(cmd === 6 && { extents }) },
    ];
  };
  const segments = Array.from({ length: 1000 }, (_, i) => {
    const address = hex((ram + i) * 4096);
    return { phys: address, bus: address, size: 1 << 26 };
  });
  const ops = Array.from({ length: 1 << 17 }, (_, i) => ({
    host_addr: hex((0x2000000 + i) * 4096),
    flags: 2,
    ref: i,
    dom: 1,
  }));
  const statuses = ops.map((_, i) => ({ status: 0, handle: i, dev_bus_addr: hex((0x9000000 + i) * 4096) }));
  const lines = [
    { xgt_log: 1, version: 1, xen: "4.20", arch: "arm64", from_boot: true, domains: [domain] },
    ...[1, 2, 3].flatMap(() => [
      ...reservation(1, 1),
      { ev: "dma", op: "map", dir: "TO_DEVICE", dev: "d", segments },
      { ev: "guest_p2m", pid: 7, pfn: hex(0x2000000), mfn: "0xffffffffffffffff", nr: "0xffffffff" },
      ...reservation(2, 6),
      { id: 3, ev: "enter", pid: 7, nr: 20, cmd: 0, args: { count: ops.length, ops } },
      { id: 3, ev: "exit", pid: 7, ret: 0, ops: statuses },
      { ev: "share", gfn: hex(ram), nr: "0xffffffff", with: "optee" },
    ]),
  ];
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-interrupt-"));
  xgt = join(folder, "xgt.mjs");
  execFileSync(process.execPath, ["bundle.mjs", xgt], { cwd: packageFolder });
  writeLargeLog(join(folder, "large.ndjson"));
  writeLogOfLargeEvents(join(folder, "events.ndjson"));
  // Numbers beyond which a double has no next one: walks from them never ended.
  writeFileSync(
    join(folder, "hostile.ndjson"),
    '{"ev":"guest_p2m","pfn":"0x20000000000000","mfn":"0x1","nr":2}\n',
  );
}, READY_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  place = mkdtempSync(join(folder, "run-"));
  mkdirSync(join(place, "tmp"));
});

/** A command under way, and what it printed. */
interface Started {
  readonly child: ChildProcess;
  readonly printed: { stdout: string; stderr: string };
}

function start(...args: string[]): Started {
  const env = { ...process.env, TMPDIR: join(place, "tmp") };
  const child = spawn(process.execPath, [xgt, ...args], { cwd: place, env });
  const printed = { stdout: "", stderr: "" };
  child.stdout?.on("data", (data) => {
    printed.stdout += data;
  });
  child.stderr?.on("data", (data) => {
    printed.stderr += data;
  });
  return { child, printed };
}

/** Waits until a condition holds; the test's own time limit ends a wait in vain. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

const temporaryFiles = () => readdirSync(place).filter((name) => name.endsWith(".tmp"));

/** Sends a signal, waits for the end, and says how it ended and after how long. */
async function end(
  { child }: Started,
  signal: NodeJS.Signals,
): Promise<{ code: number | null; took: number }> {
  const sent = performance.now();
  child.kill(signal);
  const [code] = await once(child, "close");
  return { code, took: performance.now() - sent };
}

function expectNothingLeft(): void {
  expect(temporaryFiles()).toEqual([]);
  expect(readdirSync(join(place, "tmp"))).toEqual([]);
}

describe("a signal", () => {
  it.each(signals)("%s ends the replay of a large log within a second, with %i", async (signal, status) => {
    const started = start("replay", join(folder, "large.ndjson"), "-f", "json", "-o", "out.json");
    await until(() => temporaryFiles().length > 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { code, took } = await end(started, signal);
    expect(code).toBe(status);
    expect(took).toBeLessThan(endMs());
    expectNothingLeft();
    // Only the interrupt reports what was read.
    expect(existsSync(join(place, "out.json"))).toBe(signal === "SIGINT");
  });

  it.each(signals)(
    "%s ends a replay of events as large as they may be within three seconds, with %i",
    async (signal, status) => {
      const started = start("replay", join(folder, "events.ndjson"), "-f", "json", "-o", "out.json");
      await until(() => temporaryFiles().length > 0);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const { code, took } = await end(started, signal);
      // No signal is heard inside of an event: the largest ones take about a second each.
      expect([code, took < 3 * endMs()]).toEqual([status, true]);
      expectNothingLeft();
    },
  );

  it.each(signals)("%s ends a comparison of large logs within a second, with %i", async (signal, status) => {
    const started = start(
      "compare",
      join(folder, "large.ndjson"),
      join(folder, "large.ndjson"),
      "-o",
      "out.txt",
    );
    await until(() => temporaryFiles().length > 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { code, took } = await end(started, signal);
    expect(code).toBe(status);
    expect(took).toBeLessThan(endMs());
    expectNothingLeft();
    expect(existsSync(join(place, "out.txt"))).toBe(false);
  });

  it.each(signals)("%s ends replays in several threads, with %i", async (signal, status) => {
    const large = join(folder, "large.ndjson");
    const started = start("replay", "--each", large, large, "--jobs", "2", "-f", "json", "-o", "out.json");
    await until(() => temporaryFiles().length > 0);
    const { code, took } = await end(started, signal);
    expect(code).toBe(status);
    expect(took).toBeLessThan(endMs());
    expectNothingLeft();
  });

  it.each(signals)("%s ends a wait for standard input, with %i", async (signal, status) => {
    const started = start("replay", "-", "-f", "json", "-o", "out.json");
    started.child.stdin?.write(breaking);
    await until(() => temporaryFiles().length > 0);
    const { code, took } = await end(started, signal);
    expect(code).toBe(status);
    expect(took).toBeLessThan(endMs());
    expectNothingLeft();
  });

  it.each(["1", "2"])("SIGINT ends a replay that waits for a FIFO's writer, with --jobs %s", async (jobs) => {
    const fifo = join(folder, `fifo-${jobs}`);
    execFileSync("mkfifo", [fifo]);
    const started = start("replay", "--each", join(folder, "hostile.ndjson"), fifo, "--jobs", jobs);
    await until(() => started.printed.stdout !== "");
    const { code, took } = await end(started, "SIGINT");
    expect(code).toBe(130);
    expect(took).toBeLessThan(endMs());
  });

  it.each(signals)(
    "%s is not needed for a frame that has no next one, and would end it with %i",
    async (signal, status) => {
      const started = start("replay", join(folder, "hostile.ndjson"), "-o", "out.txt");
      const closed = once(started.child, "close");
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 10 * END_MS))]);
      started.child.kill(signal);
      await closed;
      expect([0, 2, status]).toContain(started.child.exitCode);
      expectNothingLeft();
    },
  );
});

describe("the first interrupt", () => {
  it("reports what was read of a log, in the form that was asked for, and says so", async () => {
    const started = start("replay", join(folder, "large.ndjson"), "-f", "json", "--map");
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const { code } = await end(started, "SIGINT");
    expect(code).toBe(130);
    const report = JSON.parse(started.printed.stdout);
    expect(report.inputs[0].events).toBeGreaterThan(0);
    expect(started.printed.stderr).toMatch(/after event \d+: what follows is not checked/);
  });

  it("tells what was counted of a log", async () => {
    const started = start("info", join(folder, "large.ndjson"), "-f", "json");
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const { code } = await end(started, "SIGINT");
    expect(code).toBe(130);
    expect(JSON.parse(started.printed.stdout).logs[0].events).toBeGreaterThan(0);
  });
});
