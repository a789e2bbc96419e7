import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyDocument, endFinding, LabReport } from "../src/commands/lab/lab-report.ts";
import type { Io } from "../src/terminal/io.ts";

const quiet = { write: async () => {}, isTTY: false };
const io = { stdout: quiet, stderr: { ...quiet }, stdin: [], env: {} } as unknown as Io;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-lab-report-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a run in the lab, for services", () => {
  it("has a test suite a scenario, and a panic fails it with the console's end", async () => {
    const path = join(folder, "lab.xml");
    const report = new LabReport({ format: "text", also: [{ format: "junit", path }] }, io);
    await report.add(emptyDocument("healthy"), []);
    await report.add(emptyDocument("dead"), [endFinding("B01", "the guest panicked", ["first", "PANIC: x"])]);
    await report.end();
    const text = readFileSync(path, "utf8");
    expect(text).toMatch(/<testsuite name="healthy" tests="\d+" failures="0" errors="0"/);
    expect(text).toMatch(/<testsuite name="dead" tests="\d+" failures="1" errors="0"/);
    expect(text).toContain('<failure message="the guest panicked: first | PANIC: x"');
  });

  it("leaves standard output to another form than text", () => {
    expect(new LabReport({ format: "text" }, io).text.stdout).toBe(io.stdout);
    const report = new LabReport({ format: "sarif" }, io);
    expect(report.text.stdout).toBe(io.stderr);
    report.discard();
  });
});
