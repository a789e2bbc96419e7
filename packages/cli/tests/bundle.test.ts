import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rules } from "@xgt/p2m-tracker";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const packageFolder = join(import.meta.dirname, "..");
const corpus = join(packageFolder, "../../corpus");
const log = join(corpus, "traces/gntdev/hvclog.jsonl.gz");
const breaking = rules.find((rule) => rule.id === "G44")?.failing ?? "";
let folder = "";
let xgt = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-bundle-"));
  // Away from the workspace: nothing but this one file is there.
  xgt = join(folder, "xgt.mjs");
  execFileSync(process.execPath, ["bundle.mjs", xgt], { cwd: packageFolder });
  writeFileSync(join(folder, "run.jsonl"), breaking);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(args: readonly string[], input = "") {
  return spawnSync(process.execPath, [xgt, ...args], { cwd: folder, input, encoding: "utf8" });
}

function temporaryFiles(): string[] {
  return readdirSync(folder).filter((name) => name.endsWith(".tmp"));
}

describe("the bundle", () => {
  it("runs alone, as a program of its own", () => {
    expect(statSync(xgt).mode & 0o111).not.toBe(0);
    expect(execFileSync(xgt, ["--version"], { encoding: "utf8" })).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("names the licence of what it contains", () => {
    expect(readFileSync(xgt, "utf8")).toMatch(/Contains commander [\d.]+:\n\(The MIT License\)/);
  });

  it("reads standard input and exits with 1 for findings", () => {
    const { status, stdout, stderr } = run(["replay", "-", "--rule", "G44", "-q"], breaking);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^-:\d+: error: .*\[G44 dma-to-hole\]$/m);
    expect(status).toBe(1);
  });

  it("writes -o to a file as a whole, and keeps a link", () => {
    writeFileSync(join(folder, "old.json"), "old");
    symlinkSync("old.json", join(folder, "link.json"));
    const { status, stdout } = run(["replay", "run.jsonl", "-f", "json", "-o", "link.json"]);
    expect(stdout).toBe("");
    expect(status).toBe(1);
    expect(JSON.parse(readFileSync(join(folder, "old.json"), "utf8")).version).toBe(1);
    expect(temporaryFiles()).toEqual([]);
  });

  it("never replaces the log that it reads, not even as standard input", () => {
    const script = '"$1" "$2" replay - -f json -o again.jsonl < run.jsonl';
    symlinkSync("run.jsonl", join(folder, "again.jsonl"));
    const { status, stderr } = spawnSync("sh", ["-c", script, "sh", process.execPath, xgt], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(stderr).toContain("again.jsonl: the output is one of the inputs (standard input)");
    expect(status).toBe(2);
    expect(readFileSync(join(folder, "run.jsonl"), "utf8")).toBe(breaking);
  });

  it("leaves the old file alone where a run fails", () => {
    writeFileSync(join(folder, "kept.json"), "old");
    const { status } = run(["replay", "run.jsonl", "--domains", "missing", "-o", "kept.json"]);
    expect(status).toBe(2);
    expect(readFileSync(join(folder, "kept.json"), "utf8")).toBe("old");
  });

  it("writes to what is no regular file directly", () => {
    expect(run(["replay", "run.jsonl", "-o", "/dev/null"]).status).toBe(1);
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  it.each([["rules"], ["replay", log, "--events", "-q"], ["replay", log, "-f", "json", "--map=all", "-q"]])(
    "says nothing where the pipe is closed: %s %s",
    async (...args) => {
      const child = spawn(process.execPath, [xgt, ...args], { cwd: folder });
      child.stdout.destroy();
      let stderr = "";
      child.stderr.on("data", (data) => {
        stderr += data;
      });
      await once(child, "close");
      expect(stderr).toBe("");
      expect(child.signalCode).toBe(null);
    },
  );

  it.runIf(existsSync("/dev/full"))("says where the output cannot be written, without a stack", () => {
    const script = '"$1" "$2" rules > /dev/full';
    const { status, stderr } = spawnSync("sh", ["-c", script, "sh", process.execPath, xgt], {
      encoding: "utf8",
    });
    expect(stderr).toBe("xgt: error: standard output: writing failed (ENOSPC); the output is not complete\n");
    expect(status).toBe(2);
  });

  it("says where standard input cannot be read, without a stack", () => {
    const script = '"$1" "$2" replay - < /';
    const { status, stderr } = spawnSync("sh", ["-c", script, "sh", process.execPath, xgt], {
      encoding: "utf8",
    });
    expect(stderr).toMatch(/^xgt: error: standard input: [^\n]*\n$/);
    expect(status).toBe(2);
  });

  it("gives the same bytes whatever --jobs", () => {
    const traces = join(corpus, "traces");
    const logs = ["balloon", "gntdev", "debug-xen", "bpftrace", "xentrace"].map((name) => {
      return join(traces, name, "hvclog.jsonl.gz");
    });
    const args = ["replay", "--each", ...logs, "missing.jsonl", "-f", "json", "--map"];
    const one = run([...args, "--jobs", "1"]);
    const many = run([...args, "--jobs", "3"]);
    expect(one.status).toBe(2);
    expect(one.stdout.length).toBeGreaterThan(10_000);
    expect(many).toMatchObject({ status: one.status, stdout: one.stdout, stderr: one.stderr });
  });
});
