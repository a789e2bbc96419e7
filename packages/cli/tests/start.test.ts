import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CODE_CACHES_KEPT, LONG_INPUT_BYTES } from "../src/limits.ts";

let folder = "";
let xgt = "";
/** XDG_CACHE_HOME of the commands. */
let caches = "";
const kept = () => join(caches, "xgt");

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-start-"));
  xgt = join(folder, "xgt.mjs");
  execFileSync(process.execPath, ["bundle.mjs", xgt], { cwd: join(import.meta.dirname, "..") });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  caches = mkdtempSync(join(folder, "cache-"));
});

/** Runs the bundle, as a user would, and gives what it prints. */
function version(env: Record<string, string> = {}, args: readonly string[] = ["--version"]): string {
  const options = { env: { ...process.env, XDG_CACHE_HOME: caches, ...env }, encoding: "utf8" } as const;
  const { stdout, stderr, status } = spawnSync(process.execPath, [xgt, ...args], options);
  return status === 0 ? stdout : `${status}: ${stderr}`;
}

const VERSION = /^\d+\.\d+\.\d+\n$/;

/** The one file of compiled code that is kept. */
function onlyFile(): string {
  const names = readdirSync(kept());
  expect(names).toHaveLength(1);
  return join(kept(), names[0] ?? "");
}

describe("the compiled code that the bundle keeps", () => {
  it("is written by the first run of a command, for this user alone, and taken by the second", () => {
    expect(version()).toMatch(VERSION);
    const file = onlyFile();
    expect([statSync(file).mode & 0o777, statSync(kept()).mode & 0o777]).toEqual([0o600, 0o700]);
    utimesSync(file, 1, 1);
    expect(version()).toMatch(VERSION);
    // A start that takes it leaves it as it is.
    expect(statSync(onlyFile()).mtimeMs).toBe(1000);
  });

  it.each([
    ["cut", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ["empty", () => Buffer.alloc(0)],
    ["changed in one bit", (bytes: Buffer) => bytes.fill((bytes[5000] ?? 0) ^ 1, 5000, 5001)],
    ["something else", () => Buffer.alloc(100_000, "x")],
  ])("is not taken where it is %s, and written again", (_how, spoil) => {
    version();
    const whole = readFileSync(onlyFile());
    writeFileSync(onlyFile(), spoil(Buffer.from(whole)));
    expect(version()).toMatch(VERSION);
    expect(readFileSync(onlyFile()).length).toBeGreaterThan(100_000);
  });

  it("is not taken from a file or folder that others may write", () => {
    version();
    for (const path of [onlyFile(), kept()]) {
      utimesSync(onlyFile(), 1, 1);
      chmodSync(path, statSync(path).mode | 0o020);
      expect(version()).toMatch(VERSION);
    }
    // The folder stays as it is: what lies in a folder of others is not touched.
    expect(statSync(onlyFile()).mtimeMs).toBe(1000);
  });

  it("is not kept where NODE_DISABLE_COMPILE_CACHE is set, of wrong use, and where it cannot be written", () => {
    expect(version({ NODE_DISABLE_COMPILE_CACHE: "1" })).toMatch(VERSION);
    expect(version({}, ["nonsense"])).toMatch(/^2: xgt: error: unknown command/);
    expect(readdirSync(caches)).toEqual([]);
    writeFileSync(join(caches, "xgt"), "a file");
    expect(version()).toMatch(VERSION);
  });

  it("is another one where V8 compiles for a long log", () => {
    const log = join(folder, "long.ftrace");
    writeFileSync(log, `# tracer: nop\n${"# nothing\n".repeat(LONG_INPUT_BYTES / 10)}`);
    expect(version({}, ["info", log, "-q"])).toContain(log);
    const long = onlyFile();
    expect(long).toMatch(/-info-long\.code$/);
    writeFileSync(join(folder, "short.ftrace"), "# tracer: nop\n");
    version({}, ["info", join(folder, "short.ftrace"), "-q"]);
    expect(readdirSync(kept())).toHaveLength(2);
    utimesSync(long, 1, 1);
    expect(version({}, ["info", log, "-q"])).toContain(log);
    expect(statSync(long).mtimeMs).toBe(1000);
  });

  it("is that of the newest programs: the oldest files go", () => {
    mkdirSync(kept(), { mode: 0o700 });
    for (let old = 0; old < CODE_CACHES_KEPT + 5; old++) {
      writeFileSync(join(kept(), `${old}.code`), "old");
      utimesSync(join(kept(), `${old}.code`), old, old);
    }
    version();
    const names = readdirSync(kept());
    expect(names).toHaveLength(CODE_CACHES_KEPT);
    expect(names).toContain(`${CODE_CACHES_KEPT + 4}.code`);
    expect(names).not.toContain("5.code");
  });
});

it("the word that threads are started with is none for users", () => {
  expect(version({}, ["--serve-runs"])).toMatch(/^2: xgt: error: unknown option '--serve-runs'/);
});
