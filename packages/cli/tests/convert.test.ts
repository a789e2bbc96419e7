import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { canPack, NdjsonWriter, openLog, XhlWriter } from "@xgt/hypercall-log";
import { afterAll, describe, expect, it } from "vitest";
import { runCommand } from "./run-command.ts";

const folder = mkdtempSync(join(tmpdir(), "xgt-convert-"));
const corpus = join(import.meta.dirname, "../../../corpus/traces");
const at = (name: string) => join(folder, name);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

/** A capture of the corpus. */
const capture = (name: string) => join(corpus, name);

describe("xgt convert", () => {
  it("to .xhl and back gives the lines as they were, and the same findings", async () => {
    const log = capture("dma-4.20/faulty/hvclog.jsonl");
    expect((await runCommand(["convert", log, "-o", at("a.ndjson")])).status).toBe(0);
    expect((await runCommand(["convert", at("a.ndjson"), "-o", at("a.xhl")])).status).toBe(0);
    const back = await runCommand(["convert", at("a.xhl")]);
    expect([back.status, back.stderr]).toEqual([0, ""]);
    expect(back.stdout).toBe(readFileSync(at("a.ndjson"), "utf8"));
    const findings = async (path: string) => {
      const { stdout } = await runCommand([
        "replay",
        path,
        "-f",
        "json",
        "--domains",
        join(corpus, "dma-4.20/spec.json"),
      ]);
      const { findings } = JSON.parse(stdout) as { findings: Record<string, unknown>[] };
      return findings.map(({ location: _, ...finding }) => finding);
    };
    expect(await findings(at("a.xhl"))).toEqual(await findings(at("a.ndjson")));
  });

  it("makes one log of several recorders', with the given domains in its header", async () => {
    const logs = [capture("dma-4.20/faulty/hvclog.jsonl"), capture("dma-4.20/faulty/trace.txt.gz")];
    const spec = join(corpus, "dma-4.20/spec.json");
    const merged = await runCommand(["convert", ...logs, "--domains", spec, "-o", at("both.xhl")]);
    expect([merged.status, merged.stderr]).toEqual([0, ""]);
    const [apart, one] = [
      await runCommand(["replay", ...logs, "--domains", spec, "-f", "json"]),
      await runCommand(["replay", at("both.xhl"), "-f", "json"]),
    ];
    const counts = (stdout: string) => (JSON.parse(stdout) as { summary: object }).summary;
    expect(counts(one.stdout)).toMatchObject({ error: (counts(apart.stdout) as { error: number }).error });
  });

  it("a cut .xhl has the findings of its whole blocks, and ends with 2", async () => {
    const log = capture("dma-4.20/faulty/trace.txt.gz");
    const spec = ["--domains", join(corpus, "dma-4.20/spec.json")];
    // As a recorder writes it: a block whenever some lines have come.
    const source = await openLog("-", { stdin: pieces(gunzipSync(readFileSync(log)), 20_000) });
    const [xhl, ndjson] = [new XhlWriter(source.strings), new NdjsonWriter(source.strings)];
    const files = [Buffer.from(xhl.header(source.header))];
    const texts = [source.header === null ? "" : ndjson.header(source.header)];
    for await (const batch of source.batches()) {
      files.push(Buffer.concat([xhl.add(batch), xhl.flush()]));
      texts.push(ndjson.lines(batch));
    }
    expect(files.length).toBeGreaterThan(4);
    const replayed = async (name: string, content: string | Uint8Array) => {
      writeFileSync(at(name), content);
      const { status, stdout } = await runCommand(["replay", at(name), ...spec, "-f", "json"]);
      const { findings } = JSON.parse(stdout) as { findings: Record<string, unknown>[] };
      return { status, findings: findings.map(({ location: _, ...finding }) => finding) };
    };
    let found = 0;
    for (let whole = 2; whole < files.length; whole++) {
      const cut = Buffer.concat([...files.slice(0, whole), files[whole].subarray(0, 5 * whole)]);
      const expected = await replayed("cut.ndjson", `${texts.slice(0, whole).join("")}{"id":`);
      expect(await replayed("cut.xhl", cut)).toEqual(expected);
      expect(expected.status).toBe(2);
      found = expected.findings.length;
    }
    expect(found).toBeGreaterThan(0);
  });

  it("packs an .xhl as it is told to, and says where this runtime cannot", async () => {
    const log = capture("dma-4.20/faulty/trace.txt.gz");
    const lines = (await runCommand(["convert", log])).stdout;
    const sizes = new Map<string, number>();
    for (const how of ["gzip", "none", "zstd"]) {
      const { status, stderr } = await runCommand([
        "convert",
        log,
        "--compression",
        how,
        "-o",
        at(`${how}.xhl`),
      ]);
      if (how === "zstd" && !canPack("zstd")) {
        expect([status, stderr]).toEqual([2, expect.stringMatching("this Node has no zstd")]);
        continue;
      }
      sizes.set(how, readFileSync(at(`${how}.xhl`)).length);
      expect((await runCommand(["convert", at(`${how}.xhl`)])).stdout).toBe(lines);
    }
    expect(sizes.get("gzip")).toBeLessThan(sizes.get("none") ?? 0);
  });

  it("writes what could be read of a cut log, and ends with 2", async () => {
    writeFileSync(at("cut.ndjson"), '{"id":1,"ev":"enter","nr":12,"cmd":2}\n{"id":1,"ev":"ex');
    const run = await runCommand(["convert", at("cut.ndjson")]);
    expect([run.status, run.stdout]).toEqual([2, '{"id":1,"ev":"enter","nr":12,"cmd":2}\n']);
    expect(run.stderr).toMatch("ends inside");
  });

  it("refuses a name that says no form, an input as output, and leaves no part of a file", async () => {
    writeFileSync(at("run.ndjson"), '{"id":1,"ev":"enter","nr":12,"cmd":2}\n');
    const before = readdirSync(folder).sort();
    const part = await runCommand(["convert", at("run.ndjson"), "-o", at("out.xhl.part")]);
    expect([part.status, part.stderr]).toEqual([2, expect.stringMatching("the name says no form")]);
    const same = await runCommand(["convert", at("run.ndjson"), "-o", at("run.ndjson")]);
    expect([same.status, same.stderr]).toEqual([2, expect.stringMatching("the output is one of the inputs")]);
    const missing = await runCommand(["convert", at("none.ndjson"), "-o", at("none.xhl")]);
    expect(missing.status).toBe(2);
    expect(readdirSync(folder).sort()).toEqual(before);
  });
});

describe("xgt info --time", () => {
  it("counts the events of that time, of an .xhl as of the log that it was made of", async () => {
    const log = capture("dma-4.20/faulty/hvclog.jsonl");
    await runCommand(["convert", log, "-o", at("timed.xhl")]);
    const infoOf = async (path: string, ...options: string[]) => {
      const { stdout } = await runCommand(["info", path, "-f", "json", ...options]);
      const [{ events, operations, time_s, calls, lost }] = JSON.parse(stdout).logs;
      return { events, operations, time_s, calls, lost };
    };
    const whole = await infoOf(log);
    const middle = (whole.time_s.first + whole.time_s.last) / 2;
    for (const span of [`,${middle}`, `${middle},`, `${middle},${middle}`, `${whole.time_s.last + 1},`]) {
      const part = await infoOf(log, "--time", span);
      expect(await infoOf(at("timed.xhl"), "--time", span)).toEqual(part);
      expect(part.events).toBeLessThan(whole.events);
    }
    const [first, second] = [
      await infoOf(log, "--time", `,${middle}`),
      await infoOf(log, "--time", `${middle},`),
    ];
    expect(first.events + second.events).toBe(whole.events);
  });
});

describe("xgt convert to a timeline", () => {
  it("writes a trace whose first packets are tracks, and ends as a conversion does", async () => {
    const logs = [capture("dma-4.20/faulty/hvclog.jsonl"), capture("dma-4.20/faulty/trace.txt.gz")];
    const spec = join(corpus, "dma-4.20/spec.json");
    const run = await runCommand(["convert", ...logs, "--domains", spec, "-o", at("run.pftrace"), "-q"]);
    expect([run.status, run.stdout, run.stderr]).toEqual([0, "", ""]);
    const bytes = readFileSync(at("run.pftrace"));
    // Field 1 with a length: a packet of the trace.
    expect(bytes[0]).toBe(0x0a);
    for (const text of ["domain 0", "DMA a003e00.virtio_mmio", "G17 dma-with-gfn", "cause of G44"]) {
      expect(bytes.includes(text), text).toBe(true);
    }
  });

  it("of a cut log shows what could be read, and ends with 2", async () => {
    writeFileSync(at("cut.ndjson"), '{"id":1,"ev":"enter","nr":12,"cmd":2}\n{"id":1,"ev":"ex');
    const run = await runCommand(["convert", at("cut.ndjson"), "-o", at("cut.pftrace")]);
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch("ends inside");
    expect(readFileSync(at("cut.pftrace")).length).toBeGreaterThan(0);
  });
});
