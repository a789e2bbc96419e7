import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { rules } from "@xgt/p2m-tracker";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../src/program/main.ts";
import type { Io } from "../src/terminal/io.ts";

const traces = join(import.meta.dirname, "../../../corpus/traces");
let folder = "";

function corpusFile(path: string): Buffer {
  const bytes = readFileSync(join(traces, path));
  return path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

/** Real logs, small ones, and every example of the catalogue. */
const logs = [
  corpusFile("dma-4.20/faulty/hvclog.jsonl"),
  corpusFile("dma-4.20/faulty/trace.txt.gz").subarray(0, 20_000),
  corpusFile("gntdev-open/trace.txt.gz"),
  ...rules.map((rule) => Buffer.from(rule.failing)),
];

/** One way to spoil a log. */
interface Damage {
  readonly at: number;
  readonly remove: number;
  readonly insert: Uint8Array;
}

const inserted = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  fc
    .constantFrom(
      "0x",
      '"',
      "{",
      "]",
      "-1",
      "1e999",
      "99999999999999999999",
      "null",
      "\n",
      "\0",
      '"extents":',
      "0xffffffffffffffff",
    )
    .map((text) => Buffer.from(text)),
);
const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  remove: fc.oneof(fc.constant(0), fc.nat(8), fc.nat(2000)),
  insert: inserted,
});

function spoiled(log: Uint8Array, damages: readonly Damage[]): Uint8Array {
  let bytes = Buffer.from(log);
  for (const { at, remove, insert } of damages) {
    const start = Math.floor(at * bytes.length);
    bytes = Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)]);
  }
  return bytes;
}

async function run(args: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  let stdout = "";
  let stderr = "";
  const io: Io = {
    env: { XGT_DEBUG: "1" },
    stdin: (async function* () {})(),
    stdout: {
      isTTY: false,
      write: async (text) => {
        stdout += text;
      },
    },
    stderr: {
      isTTY: false,
      write: async (text) => {
        stderr += text;
      },
    },
  };
  return { status: await main(args, io), stdout, stderr };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-hostile-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a spoiled log", () => {
  it("never makes the command fail in a way of its own", async () => {
    const path = join(folder, "log");
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...logs),
        fc.array(damage, { minLength: 1, maxLength: 4 }),
        async (log, all) => {
          writeFileSync(path, spoiled(log, all));
          const { status, stdout, stderr } = await run([
            "replay",
            path,
            "-f",
            "json",
            "--map=all",
            "--events",
          ]);
          expect(stderr).not.toContain("this is a bug");
          expect([0, 1, 2]).toContain(status);
          if (stdout !== "") expect(JSON.parse(stdout).version).toBe(1);
          const info = await run(["info", path]);
          expect(info.stderr).not.toContain("this is a bug");
        },
      ),
      { numRuns: 150 },
    );
  });

  it("merges with a good one without such a failure", async () => {
    const path = join(folder, "trace");
    const good = join(traces, "dma-4.20/faulty/hvclog.jsonl");
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (all) => {
        writeFileSync(path, spoiled(logs[1], all));
        const { status, stderr } = await run(["replay", good, path, "-f", "ndjson"]);
        expect(stderr).not.toContain("this is a bug");
        expect([0, 1, 2]).toContain(status);
      }),
      { numRuns: 40 },
    );
  });
});
