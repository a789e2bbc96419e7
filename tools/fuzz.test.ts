import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formats } from "../packages/hypercall-log/src/index.ts";
import type { FuzzInput, FuzzTarget } from "./fuzz/fuzz-input.ts";
import { inputOf, runTask } from "./fuzz/fuzz-worker.ts";
import { INPUT_BYTES_MAX, INPUT_SECONDS_MAX } from "./fuzz/limits.ts";
import { faultOf, type RunOutcome } from "./fuzz/oracles.ts";
import { InputRunner } from "./fuzz/run-input.ts";
import { shrinkInput } from "./fuzz/shrink-input.ts";
import { fuzzTargets } from "./fuzz/targets.ts";
import { TurnList } from "./fuzz/turn-list.ts";
import { WatchedWorker } from "./fuzz/watched-worker.ts";

const root = join(import.meta.dirname, "..");
const targets = fuzzTargets(root);
const good: RunOutcome = {
  args: ["replay", "log", "-f", "json"],
  isCommand: true,
  status: 1,
  stdout: '{"version":1}\n',
  stderr: "",
  seconds: 0.1,
  bytes: 1 << 20,
  leftOver: [],
};
const textOf = ({ args, files }: FuzzInput) =>
  JSON.stringify([args, [...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString("latin1")])]);

describe("what is wrong with a run", () => {
  it("is nothing where the command did what it may", () => {
    expect(faultOf(good)).toBeNull();
    expect(faultOf({ ...good, status: 2, stdout: "", stderr: "xgt: error: no such file\n" })).toBeNull();
    expect(faultOf({ ...good, isCommand: false, args: [], status: 2, stdout: "" })).toBeNull();
  });

  it.each<[string, Partial<RunOutcome>]>([
    ["another status", { status: 130 }],
    ["an exception", { status: null, stderr: "Error: x" }],
    ["a bug that the command admits", { status: 2, stderr: "xgt: error: x; this is a bug of xgt: please" }],
    ["a stack trace", { stderr: "Error: x\n    at f (/a/b.ts:1:2)\n" }],
    ["status 2 without a word", { status: 2, stdout: "", stderr: "" }],
    ["time", { seconds: INPUT_SECONDS_MAX + 1 }],
    ["memory", { bytes: INPUT_BYTES_MAX + 1 }],
    ["a file left half written", { leftOver: [".xgt-1.tmp"] }],
    ["output that does not parse", { stdout: '{"version":1,}\n' }],
    ["a line that does not parse", { args: ["-f", "ndjson"], stdout: '{"a":1}\n{"b":}\n' }],
    ["tags that do not match", { args: ["-f", "junit"], stdout: "<a><b></a></b>" }],
    ["a control character", { stdout: '{"a":"\u009b"}' }],
    ["a turned writing direction", { args: [], stdout: "\u202e" }],
    ["a control character on stderr", { stderr: "xgt: error: \u001b[2J\n" }],
  ])("is %s", (_, part) => {
    expect(faultOf({ ...good, ...part })).toEqual(expect.any(String));
  });
});

describe("inputs", () => {
  it.each(targets)("of $name are the same for the same seed and number, and others for others", (target) => {
    expect(textOf(inputOf(target, 7, 3))).toBe(textOf(inputOf(target, 7, 3)));
    const different = new Set([0, 1, 2, 3, 4, 5, 6, 7].map((n) => textOf(inputOf(target, n % 2, n))));
    expect(different.size).toBeGreaterThan(4);
  });

  it("of every target leave the command within its bounds", { timeout: 300_000 }, async () => {
    const runner = new InputRunner();
    try {
      for (const { name } of targets) {
        const answer = await runTask(
          { target: name, seed: 1, first: 0, count: 4, seconds: 60 },
          targets,
          runner,
          () => {},
        );
        expect([name, answer.fault]).toEqual([name, null]);
        expect(answer.done).toBe(4);
      }
    } finally {
      runner.close();
    }
  });
});

describe("an input with a fault", () => {
  it("becomes as small as the fault lets it", async () => {
    const lines = Array.from({ length: 200 }, (_, i) => `line ${i} of many\n`).join("");
    const input = { args: [], files: new Map([["log", Buffer.from(lines)]]) };
    const fails = async ({ files }: FuzzInput) => {
      const text = Buffer.from(files.get("log") ?? "").toString("latin1");
      return text.includes("line 17 ") && text.includes("line 120 ");
    };
    const small = await shrinkInput(input, fails, () => true);
    expect(Buffer.from(small.files.get("log") ?? "").toString("latin1")).toBe("line 17 line 120 ");
  });
});

describe("the process that runs inputs", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "xgt-watch-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ["hangs", "for (;;);", /no end after/],
    ["takes all memory", "const kept = []; for (;;) kept.push(Buffer.alloc(64 << 20, 1));", /MiB held/],
    ["ends by itself", 'console.error("why"); process.exit(3);', /ended \(3\): why/],
  ])("is ended and told of where it %s", { timeout: 120_000 }, async (_, work, what) => {
    const program = join(folder, "worker.cjs");
    const begin = 'require("node:fs").writeFileSync(process.argv[3], "41");';
    writeFileSync(program, `process.on("message", () => { ${begin} ${work} });`);
    const worker = new WatchedWorker(program, join(folder, "progress"));
    const { done, fault } = await worker.run({ target: "any", seed: 1, first: 40, count: 9, seconds: 60 });
    worker.close();
    expect(fault).toEqual({ number: 41, what: expect.stringMatching(what) });
    expect(done).toBe(2);
  });
});

describe("targets", () => {
  it("there is one for every format's reader and one for its logs through the command", () => {
    const names = targets.map(({ name }) => name);
    for (const { name } of formats)
      expect(names).toEqual(expect.arrayContaining([`read-${name}`, `log-${name}`]));
  });

  it("each get their share of a bounded number, and none more than a turn at a time", () => {
    const [one, two] = [
      { ...targets[0], share: 1 },
      { ...targets[1], share: 3 },
    ];
    const turns = new TurnList([one, two], 5, 4000);
    const given = new Map<string, number[]>([
      [one.name, []],
      [two.name, []],
    ]);
    for (let turn = turns.take(); turn !== null; turn = turns.take()) {
      given.get(turn.target.name)?.push(turn.first);
      turns.done(turn, Math.min(turn.count, 500));
    }
    expect(given.get(one.name)).toEqual([5, 505]);
    expect(given.get(two.name)).toEqual([5, 505, 1005, 1505, 2005, 2505]);
    const first = turnsOf([one, two]);
    expect([first.take()?.target.name, first.take()?.target.name, first.take()]).toEqual([
      one.name,
      two.name,
      null,
    ]);
  });

  it("that read straight away throw where a reader does what it may not", async () => {
    const fault = {
      name: "bad",
      make: () => ({ args: [], files: new Map() }),
      read: () => {
        throw new Error("x");
      },
    };
    const runner = new InputRunner();
    try {
      const answer = await runTask(
        { target: "bad", seed: 1, first: 3, count: 2, seconds: 9 },
        [fault],
        runner,
        () => {},
      );
      expect(answer).toMatchObject({
        done: 1,
        fault: { number: 3, what: expect.stringMatching(/^it threw: Error: x/) },
      });
    } finally {
      runner.close();
    }
  });
});

const turnsOf = (some: readonly FuzzTarget[]) => new TurnList(some, 0, Number.POSITIVE_INFINITY);

it("no two targets have the same name", () => {
  const names = targets.map(({ name }: FuzzTarget) => name);
  expect(new Set(names).size).toBe(names.length);
});
