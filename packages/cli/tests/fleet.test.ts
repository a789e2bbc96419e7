import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "./run-command.ts";

const traces = join(import.meta.dirname, "../../../corpus/traces/dma-4.20");
const folder = mkdtempSync(join(tmpdir(), "xgt-fleet-"));
const at = (name: string) => join(folder, name);

beforeAll(() => {
  copyFileSync(join(traces, "spec.json"), at("spec.json"));
  const runs = Array.from({ length: 6 }, (_, index) => {
    const source = index % 3 === 0 ? "faulty/hvclog.jsonl" : "gntdev/hvclog.jsonl.gz";
    copyFileSync(join(traces, source), at(`run-${index}`));
    const group = { kernel: index % 3 === 0 ? "6.12.9" : "6.12.8", board: index < 3 ? "a" : "b" };
    return { logs: [`run-${index}`], domains: "spec.json", group };
  });
  const lines = [{ xgt_fleet: 1, name: "nightly" }, ...runs, { logs: ["missing"], group: { board: "a" } }];
  writeFileSync(at("all.ndjson"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const half = (first: number, last: number) => [lines[0], ...lines.slice(first, last)];
  for (const [name, part] of [
    ["one", half(1, 4)],
    ["two", half(4, 8)],
  ] as const) {
    writeFileSync(at(`${name}.ndjson`), part.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("xgt fleet", () => {
  it("ranks causes by runs and groups, and says which run has no answer", async () => {
    const run = await runCommand(["fleet", "run", at("all.ndjson"), "-o", at("all")]);
    expect(run.status).toBe(2);
    expect(run.stdout).toMatch(
      /G23 double-unmap.*: 2 of 6 runs, all with kernel 6\.12\.9, 4 findings, steady\n {4}kernel 6\.12\.9: 2 of 2\n/,
    );
    expect(run.stdout).toMatch(/no answer: missing: .*no such file/);
    expect(run.stdout).toMatch(/nightly: \d+ causes of errors in 7 runs, 1 run without an answer/);
  });

  it("adds up the calls of all runs by sub-op, and those that Xen refused", async () => {
    const { stdout } = await runCommand(["fleet", "report", at("all"), "-f", "json"]);
    const { behaviour } = JSON.parse(stdout);
    const none = { short_counts: 0, refused_calls: 0, refused_ops: 0 };
    // Of the two logs as `xgt info` counts them: 3 and 1 calls that map, 5 and 1 that unmap, and 2 ops that name stale handles.
    expect(behaviour).toContainEqual({ operation: "map_grant_ref", runs: 6, calls: 2 * 3 + 4, ...none });
    const unmaps = { operation: "unmap_grant_ref", runs: 6, calls: 2 * 5 + 4 };
    expect(behaviour).toContainEqual({ ...unmaps, ...none, refused_ops: 2 * 2 });
    const text = await runCommand(["fleet", "report", at("all"), "-v"]);
    expect(text.stdout).toMatch(/^unmap_grant_ref: \d+ calls in 6 runs, 4 refused ops$/m);
  });

  it("waits for no FIFO, neither as a log nor as a manifest: the run has no answer", async () => {
    execFileSync("mkfifo", [at("fifo")]);
    const lines = [{ xgt_fleet: 1 }, { logs: ["fifo"] }, { logs: ["run-1"], domains: "spec.json" }];
    writeFileSync(at("waits.ndjson"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    const run = await runCommand(["fleet", "run", at("waits.ndjson")]);
    expect(run.stdout).toMatch(/no answer: fifo: fifo: is no file, and a fleet reads nothing else; copy/);
    expect(run.stdout).toMatch(/in 2 runs, 1 run without an answer/);
    const manifest = await runCommand(["fleet", "run", at("fifo")]);
    expect([manifest.status, manifest.stdout]).toEqual([2, expect.stringContaining("is no file")]);
  });

  it("gives the same bytes for the same runs, in parts and merged", async () => {
    for (const name of ["one", "two"])
      await runCommand(["fleet", "run", at(`${name}.ndjson`), "-o", at(name)]);
    const whole = await runCommand(["fleet", "report", at("all"), "-f", "json"]);
    const parts = await runCommand(["fleet", "report", at("two"), at("one"), "-f", "json"]);
    expect(parts).toEqual(whole);
    const merged = await runCommand(["fleet", "merge", at("two"), at("one"), "-o", at("merged.ndjson")]);
    expect([merged.status, merged.stderr]).toEqual([0, ""]);
    expect(await runCommand(["fleet", "report", at("merged.ndjson"), "-f", "json"])).toEqual(whole);
  });

  it("goes on where it was ended, also in the middle of a line", async () => {
    const file = join(at("all"), "summaries.ndjson");
    const before = readFileSync(file, "utf8");
    writeFileSync(file, before.slice(0, before.indexOf("\n") + 30));
    const run = await runCommand(["fleet", "run", at("all.ndjson"), "-o", at("all"), "-f", "json"]);
    expect(run.stderr).toContain("1 run already done");
    const again = (text: string) => text.trimEnd().split("\n").sort();
    expect(again(readFileSync(file, "utf8"))).toEqual(again(before));
  });

  it("takes no old result for a run that has changed, nor for one whose files have", async () => {
    const again = async () =>
      runCommand(["fleet", "run", at("changing.ndjson"), "-o", at("changing"), "-f", "json"]);
    const manifest = (kernel: string) => {
      const line = (id: string) => ({ id, logs: [`log-${id}`], domains: "spec.json", group: { kernel } });
      const lines = [{ xgt_fleet: 1 }, line("a"), { ...line("b"), group: {} }, { ...line("c"), group: {} }];
      writeFileSync(at("changing.ndjson"), lines.map((one) => `${JSON.stringify(one)}\n`).join(""));
    };
    manifest("1");
    for (const name of ["log-a", "log-b"]) copyFileSync(join(traces, "gntdev/hvclog.jsonl.gz"), at(name));
    const first = JSON.parse((await again()).stdout);
    expect(first).toMatchObject({ runs: 3, failed: 1 });
    const kept = await again();
    expect([JSON.parse(kept.stdout), kept.stderr]).toEqual([first, "xgt: info: 3 runs already done\n"]);
    copyFileSync(join(traces, "faulty/hvclog.jsonl"), at("log-b"));
    copyFileSync(join(traces, "faulty/hvclog.jsonl"), at("log-c"));
    const other = await again();
    expect(other.stderr).toContain(
      "1 run already done\nxgt: info: 2 runs not as before, or with other files",
    );
    expect(JSON.parse(other.stdout)).toMatchObject({ runs: 3, failed: 0 });
    expect(JSON.parse(other.stdout).causes[0]).toMatchObject({ runs: 2 });
    manifest("2");
    expect((await again()).stderr).toContain("2 runs already done\nxgt: info: 1 run not as before");
    rmSync(at("changing"), { recursive: true });
    const fresh = await again();
    expect(fresh.stdout).toBe((await again()).stdout);
  });

  it("takes logs instead of a manifest, and tells what is new since another fleet", async () => {
    await runCommand(["fleet", "run", at("run-1"), "--domains", at("spec.json"), "-o", at("good")]);
    const logs = [at("run-0"), at("run-1")];
    const run = await runCommand([
      "fleet",
      "run",
      ...logs,
      "--domains",
      at("spec.json"),
      "--against",
      at("good"),
    ]);
    expect(run.status).toBe(1);
    expect(run.stdout).toMatch(/^new: error: /m);
  });

  it("takes a log that is cut, or holds nothing to check, for no health", async () => {
    const log = readFileSync(at("run-1"));
    writeFileSync(at("cut"), log.subarray(0, log.length / 2));
    writeFileSync(at("nothing"), '{"id":1,"ev":"enter","nr":17,"cmd":6}\n{"id":1,"ev":"exit","ret":0}\n');
    for (const name of ["cut", "nothing"]) {
      const run = await runCommand(["fleet", "run", at(name), "--domains", at("spec.json")]);
      expect([run.status, run.stdout]).toEqual([
        2,
        expect.stringContaining("no error seen in 1 run, 1 run not whole"),
      ]);
    }
  });

  it("reads logs that a server gives, and tries those again that it does not give now", async () => {
    let tries = 0;
    const server = createServer((request, response) => {
      const isBusy = request.url === "/busy" && ++tries < 2;
      response.writeHead(isBusy ? 503 : 200).end(isBusy ? "" : readFileSync(at("run-0")));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const urls = ["run", "busy"].map((name) => `http://127.0.0.1:${port}/${name}`);
    const run = await runCommand(["fleet", "run", ...urls, "--domains", at("spec.json"), "-f", "json"]);
    server.close();
    const { runs, causes } = JSON.parse(run.stdout);
    expect([run.status, runs, tries]).toEqual([1, 2, 2]);
    expect(causes[0].example.location.path).toBe([...urls].sort()[0]);
  });

  it("links to a run's own page, as a page and for services", async () => {
    const runs = [{ logs: ["run-0"], domains: "spec.json", page: "https://farm/run-0.html" }];
    writeFileSync(
      at("paged.ndjson"),
      [{ xgt_fleet: 1 }, ...runs].map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
    const page = await runCommand(["fleet", "run", at("paged.ndjson"), "-o", at("paged"), "-f", "html"]);
    expect(page.stdout).toContain('<a href="https://farm/run-0.html" rel="noreferrer">run-0</a>');
    const sarif = await runCommand(["fleet", "report", at("paged"), "-f", "sarif"]);
    const [{ results }] = JSON.parse(sarif.stdout).runs;
    expect(results[0].relatedLocations[0].physicalLocation.artifactLocation.uri).toBe(
      "https://farm/run-0.html",
    );
  });

  it("refuses two runs of one name, and summaries that are none", async () => {
    const twice = await runCommand(["fleet", "run", at("run-0"), at("run-0")]);
    expect([twice.status, twice.stderr]).toEqual([2, expect.stringContaining("comes twice")]);
    const none = await runCommand(["fleet", "report", at("spec.json")]);
    expect([none.status, none.stderr]).toEqual([2, expect.stringMatching(/spec\.json:1: /)]);
    writeFileSync(at("empty"), "");
    for (const command of ["report", "merge"]) {
      const empty = await runCommand(["fleet", command, at("empty")]);
      expect([empty.status, empty.stderr]).toEqual([2, expect.stringContaining("holds no summary")]);
    }
  });
});
