import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { recorderKinds } from "@xgt/lab";
import { loadDomains, replayRun } from "@xgt/run";
import { afterAll, describe, expect, it } from "vitest";
import { judgeSecondLog, writeSecondLogs } from "../src/commands/lab/lab-second-log.ts";
import type { Io, TextOutput } from "../src/terminal/io.ts";

const corpus = join(import.meta.dirname, "../../../corpus/lab-tracefs/4.20");
const folder = mkdtempSync(join(tmpdir(), "xgt-second-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

class Printed implements TextOutput {
  text = "";
  readonly isTTY = false;

  async write(text: string): Promise<void> {
    this.text += text;
  }
}

function quietIo(): { io: Io; stdout: Printed } {
  const stdout = new Printed();
  return { io: { env: {}, stdin: (async function* () {})(), stdout, stderr: new Printed() }, stdout };
}

const judged = async (module: string, second: string, lost: number | null = null) => {
  const { io, stdout } = quietIo();
  const errors = await judgeSecondLog(join(corpus, module), { path: join(corpus, second), lost }, io);
  return { errors, lines: stdout.text.trimEnd().split("\n") };
};

describe("a second recorder's log", () => {
  it("of the same run adds no finding", async () => {
    const { errors, lines } = await judged(
      "faulty-dma.kprobes.ndjson.gz",
      "faulty-dma.kprobes.ftrace.txt.gz",
    );
    expect(errors).toBe(0);
    expect(lines).toEqual([
      "  faulty-dma.kprobes.ftrace.txt.gz alone: 257 operations, 12 errors, 1 warning, 0 lost events",
      expect.stringMatching(/^ {2}both logs: \d+ operations, 16 errors, 2 warnings: the same findings$/),
    ]);
  });

  it("of another run does, and they are counted and named", async () => {
    const { errors, lines } = await judged("dma.kprobes.ndjson.gz", "faulty-dma.kprobes.ftrace.txt.gz", 3);
    expect(errors).toBeGreaterThan(0);
    expect(lines[0]).toMatch(/3 lost events$/);
    expect(lines[1]).toMatch(/different findings$/);
    expect(lines).toContainEqual(expect.stringMatching(/^ {4}G44: 0 by the module's log, [1-9]\d* by both$/));
  });

  it("may be a trace.dat", async () => {
    const { errors, lines } = await judged("dma.trace-cmd.ndjson.gz", "dma.trace-cmd.trace.dat.gz");
    expect(errors).toBe(0);
    expect(lines[0]).toMatch(
      /dma.trace-cmd.trace.dat.gz alone: 289 operations, 0 errors, 0 warnings, 0 lost/,
    );
  });
});

describe("what a run leaves", () => {
  const kind = (name: string) => recorderKinds.find((each) => each.name === name) ?? recorderKinds[0];
  const log = join(folder, "dma.ndjson");
  writeFileSync(log, gunzipSync(readFileSync(join(corpus, "dma.kprobes.ndjson.gz"))));
  const trace = gunzipSync(readFileSync(join(corpus, "dma.kprobes.ftrace.txt.gz")));
  const statistics = Buffer.from("cpu0\nentries: 5\noverrun: 2\ndropped events: 1\n");

  it("is written with the domains beside it, by which it can be replayed alone", async () => {
    const results = new Map([
      ["result.ftrace.txt", trace],
      ["result.stats.txt", statistics],
    ]);
    const [second, ...more] = await writeSecondLogs(kind("kprobes"), results, log, folder);
    expect(second).toEqual({ path: join(folder, "dma.ftrace.txt"), lost: 3 });
    expect(more).toEqual([]);
    expect(readFileSync(second.path).equals(trace)).toBe(true);
    const given = await loadDomains(join(folder, "dma.domains.json"));
    const { result, summary } = await replayRun({ paths: [second.path], given });
    expect(summary).toMatchObject({ error: 0, warning: 0 });
    expect(result.operations).toBe(289);
  });

  it("may be several forms of one recording", async () => {
    const names = ["trace.dat", "trace-report.txt", "trace-report-R.txt"];
    const results = new Map(names.map((name) => [`result.${name}`, trace]));
    const seconds = await writeSecondLogs(kind("trace-cmd"), results, log, folder);
    expect(seconds).toEqual(names.map((name) => ({ path: join(folder, `dma.${name}`), lost: null })));
  });

  it.each(recorderKinds)("must be there: $name", async (each) => {
    await expect(writeSecondLogs(each, new Map(), log, folder)).rejects.toThrow(
      `dma: ${each.name} left no log in the guest`,
    );
  });
});
