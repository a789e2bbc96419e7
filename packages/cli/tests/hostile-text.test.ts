import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sinks } from "@xgt/findings";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "./run-command.ts";

/** Drives a terminal (C0 and C1), breaks lines, turns the writing direction, and is not seen. */
const EVIL = "\u001b[2J\u0007\n\u009b31m\u202e\u2028\u200b<script>&";
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
let log = "";
let folder = "";

/** A log that says it wherever a log says a text. */
function hostileLog(): string {
  const ram = [{ gfn: "0x60000", count: "0x20000" }];
  const regions = [{ name: `mmio:${EVIL}`, gfn: "0x80000", count: "0x10" }];
  const domains = [{ domid: 0, mode: "direct-mapped", ram, regions }];
  const map = { count: 1, ops: [{ host_addr: "0x60001000", flags: 2, ref: 1, dom: 1 }] };
  const mapped = [{ status: 0, handle: 1, dev_bus_addr: "0xc0000000" }];
  const segments = [{ phys: "0x60001000", bus: "0x60001000", size: 4096 }];
  const lines = [
    { xgt_log: 1, version: 1, xen: "4.20", arch: "arm64", recorder: EVIL, build: EVIL, domains },
    { id: 1, ev: "enter", pid: 1, comm: EVIL, nr: 20, cmd: 0, args: map },
    { id: 1, ev: "exit", ret: 0, ops: mapped },
    { ev: "dma", op: "map", dir: "TO_DEVICE", dev: EVIL, segments },
    { ev: "mark", text: EVIL },
    { ev: EVIL, [EVIL]: 1 },
    { ev: "dma", op: EVIL, dir: EVIL, dev: EVIL, segments: [] },
    { id: 2, ev: "enter", nr: EVIL, cmd: 1 },
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-text-"));
  log = join(folder, `run${EVIL.replace("/", "")}.ndjson`);
  writeFileSync(log, hostileLog());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("texts of a log and names of files", () => {
  const forms = sinks.map(({ name }) => name);
  const commands = (path: string): string[][] => [
    ...forms.map((form) => ["replay", path, "-f", form, "--map", "-v"]),
    ...["text", "json", "ndjson"].map((form) => ["replay", path, "-f", form, "--events"]),
    ["replay", path, "--each", "-f", "json"],
    ["info", path],
    ["info", path, "-f", "json"],
    ["compare", path, path, "-v"],
    ["compare", path, path, "-f", "json"],
  ];

  it.each(commands("LOG"))("do nothing to a terminal: %s %s %s %s %s", async (...words) => {
    const run = await runCommand(words.map((word) => (word === "LOG" ? log : word)));
    expect(run.stdout).not.toBe("");
    for (const text of [run.stdout, run.stderr]) {
      expect(text.replaceAll("\n", "")).not.toMatch(UNSEEN);
      expect(text).not.toContain("this is a bug of xgt");
    }
    if (words.includes("json")) JSON.parse(run.stdout);
  });
});

describe("texts of headers", () => {
  const header = `typedef unsigned int uint32_t;\n#define ${"A\u007fB"} 1\n#define TEXT "\u009b\u202e"\n#define WRONG (\u001b\u202e)\nstruct a { uint32_t x; \u001f };\n`;

  it.each([
    ["abi", "audit", "HEADERS", "-f", "text"],
    ["abi", "audit", "HEADERS", "-f", "json"],
    ["abi", "audit", "HEADERS", "-f", "markdown"],
    ["abi", "diff", "4.20", "HEADERS", "-f", "json"],
    ["abi", "import", "HEADERS", "--xen", "4.20"],
    ["bindgen", "c", "--headers", "HEADERS"],
    ["bindgen", "rust", "--headers", "HEADERS"],
  ])("do nothing to a terminal: %s %s %s %s %s", async (...words) => {
    const headers = join(folder, "public");
    mkdirSync(headers, { recursive: true });
    writeFileSync(join(headers, "xen.h"), header);
    const run = await runCommand(words.map((word) => (word === "HEADERS" ? headers : word)));
    expect([0, 1, 2]).toContain(run.status);
    for (const text of [run.stdout, run.stderr]) expect(text.replace(/[\n\t]/g, "")).not.toMatch(UNSEEN);
    if (words.at(-1) === "json") JSON.parse(run.stdout);
  });
});

it("a configuration's file of an impossible name is one that is not there", async () => {
  const host = join(folder, "host.dts");
  writeFileSync(host, "/dts-v1/; / { chosen { }; };");
  writeFileSync(join(folder, "config"), `DOM0_KERNEL="${"x/".repeat(5000)}Image"\n`);
  const run = await runCommand(["layout", "check", host, "--overlay", join(folder, "config")]);
  expect(run.stderr).not.toMatch("bug of xgt");
  expect(run.stdout + run.stderr).toMatch("not there, so 32M each");
});
