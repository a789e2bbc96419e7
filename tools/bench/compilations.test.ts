import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

/**
 * Functions that V8 may optimize in a replay of a million operations. Each has to become hot first and is slow until then: a
 * path of healthy events that grows functions costs every log, and no clock of a shared machine shows it.
 */
const COMPILATIONS_MAX = 60;
const OPERATIONS = 1_000_000;

const root = join(import.meta.dirname, "../..");
let folder = "";
let xgt = "";
let log = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-compilations-"));
  xgt = join(folder, "xgt.mjs");
  log = join(folder, "log.ftrace");
  execFileSync(process.execPath, ["bundle.mjs", xgt], { cwd: join(root, "packages/cli") });
  const make = [
    "tools/run-ts.mjs",
    "tools/make-log.ts",
    "--format",
    "ftrace",
    "--operations",
    `${OPERATIONS}`,
  ];
  const out = openSync(log, "w");
  execFileSync(process.execPath, make, { cwd: root, stdio: ["ignore", out, "inherit"] });
  closeSync(out);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("replays a long healthy log in few functions", { timeout: 300_000 }, () => {
  const trace = execFileSync(process.execPath, ["--trace-opt", xgt, "replay", log, "--quiet"], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, XDG_CACHE_HOME: folder },
  });
  const compilations = trace.match(/^\[completed compiling .*target TURBOFAN/gm)?.length ?? 0;
  expect(compilations).toBeGreaterThan(0);
  expect(compilations).toBeLessThan(COMPILATIONS_MAX);
});
