import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { rules } from "@xgt/p2m-tracker";
import { afterAll, describe, expect, it } from "vitest";
import { main } from "../src/program/main.ts";
import { runCommand } from "./run-command.ts";

const folder = mkdtempSync(join(tmpdir(), "xgt-live-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const breaking = rules.find(({ id }) => id === "G17")?.failing ?? "";
const ONE_SECOND = 1000;
const WAIT_MS = 20_000;

interface Printed {
  stdout: string;
  stderr: string;
}

/** Runs a command whose standard input is made while it runs, and is told what has been printed. */
async function live(
  args: readonly string[],
  stdin: (printed: Printed) => AsyncGenerator<Uint8Array>,
): Promise<Printed & { status: number }> {
  const printed: Printed = { stdout: "", stderr: "" };
  const output = (name: keyof Printed) => ({
    isTTY: false,
    write: async (text: string) => {
      printed[name] += text;
    },
  });
  const io = { env: {}, stdin: stdin(printed), stdout: output("stdout"), stderr: output("stderr") };
  const status = await main(args, io);
  return { status, ...printed };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Waits until something is printed; false: it was not in time. */
async function appears(printed: Printed, text: string): Promise<boolean> {
  for (const start = performance.now(); performance.now() - start < WAIT_MS; await sleep(20)) {
    if (printed.stdout.includes(text)) return true;
  }
  return false;
}

describe("a log that comes through a pipe", () => {
  const later = '{"t":9,"ev":"mark","text":"the end"}\n';

  it("tells what it shows while it pauses for a second, and says it once", async () => {
    let during = "";
    const run = await live(["replay", "-"], async function* (printed) {
      yield Buffer.from(breaking);
      await sleep(ONE_SECOND);
      // A busy machine may need longer for its first replay.
      await appears(printed, "G17");
      during = printed.stdout;
      yield Buffer.from(later);
    });
    expect(during).toMatch(/error: .*\[G17 dma-with-gfn\]/);
    expect(during).not.toContain("result");
    const whole = await runCommand(["replay", "-"], Buffer.from(breaking + later));
    expect([run.status, run.stdout]).toEqual([1, whole.stdout]);
  });

  it("tells lines of -f ndjson, too, and nothing early of a form that is one whole", async () => {
    const during = new Map<string, string>();
    for (const form of ["ndjson", "json"]) {
      await live(["replay", "-", "-f", form], async function* (printed) {
        yield Buffer.from(breaking);
        await sleep(ONE_SECOND);
        if (form === "ndjson") await appears(printed, "G17");
        during.set(form, printed.stdout);
        yield Buffer.from(later);
      });
    }
    const lines = (during.get("ndjson") ?? "").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).type)).toContain("finding");
    expect(during.get("json")).toBe("");
  });

  it("tells its form by what came before the pause, or else waits for more", async () => {
    const run = await live(["replay", "-"], async function* () {
      yield Buffer.from("# tracer: ");
      await sleep(ONE_SECOND);
      yield Buffer.from(
        "nop\n#\n      gnt-1     [000] d....     1.500000: p2m: (x+0x0/0x10) pfn=0x1 mfn=0x2 n=1\n",
      );
    });
    expect(run.stdout).toContain("ftrace, 1 event");
  });

  it("a whole line is not told before it is whole", async () => {
    const cut = breaking.length - 5;
    let during = "";
    const run = await live(["replay", "-"], async function* (printed) {
      yield Buffer.from(breaking.slice(0, cut));
      await sleep(ONE_SECOND);
      during = printed.stdout;
      yield Buffer.from(breaking.slice(cut));
    });
    expect([during.includes("G17"), run.stdout.includes("G17"), run.status]).toEqual([false, true, 1]);
  });
});

describe("--follow", () => {
  /** Replays a file that `change` changes while it is followed, until event `until`. */
  async function followed(until: number, change: (path: string, printed: Printed) => Promise<void>) {
    const path = join(folder, `run-${until}.ndjson`);
    writeFileSync(path, "");
    const [header, ...events] = breaking.trimEnd().split("\n");
    writeFileSync(path, `${header}\n`);
    const printed: Printed = { stdout: "", stderr: "" };
    const output = (name: keyof Printed) => ({
      isTTY: false,
      write: async (text: string) => {
        printed[name] += text;
      },
    });
    const io = { env: {}, stdin: nothing(), stdout: output("stdout"), stderr: output("stderr") };
    const args = ["replay", "--follow", path, "--until", String(until)];
    const [status] = await Promise.all([main(args, io), change(path, printed)]);
    return { status, events, ...printed };
  }

  const [header, ...lines] = breaking.trimEnd().split("\n");
  const mark = (n: number) => `{"id":${n},"ev":"enter","nr":12,"cmd":2}\n{"id":${n},"ev":"exit","ret":1}\n`;

  it("tells findings as the file grows, and ends at --until", async () => {
    let seen = false;
    const { status } = await followed(lines.length + 2, async (path, printed) => {
      for (const line of lines) {
        appendFileSync(path, line.slice(0, 20));
        await sleep(50);
        appendFileSync(path, `${line.slice(20)}\n`);
      }
      seen = await appears(printed, "G17 dma-with-gfn");
      appendFileSync(path, mark(900));
    });
    expect([seen, status]).toEqual([true, 1]);
  });

  it("goes over to the file that takes its name", async () => {
    const { status, stderr, stdout } = await followed(lines.length, async (path) => {
      appendFileSync(path, `${lines[0]}\n`);
      await sleep(500);
      renameSync(path, `${path}.1`);
      await sleep(300);
      writeFileSync(path, `${header}\n${lines.slice(1).join("\n")}\n`);
    });
    expect([status, stdout.includes("G17 dma-with-gfn")]).toEqual([1, true]);
    expect(stderr).toMatch(/another file has taken the name; reading goes on at its beginning/);
  });

  it("goes on at the beginning of a file that was cut, and counts what may be missing as lost", async () => {
    const { stdout, stderr } = await followed(5, async (path) => {
      appendFileSync(path, mark(1));
      await sleep(500);
      truncateSync(path, 0);
      await sleep(500);
      appendFileSync(path, mark(2));
    });
    expect(stderr).toMatch(/the file was cut; what was written to it just before may be missing/);
    expect(stdout).toMatch(/lost/);
  });

  it("is for one log", async () => {
    const run = await runCommand(["replay", "--follow", "a.ndjson", "b.ndjson"]);
    expect([run.status, run.stderr]).toEqual([2, expect.stringMatching(/--follow reads one LOG/)]);
    const missing = await runCommand(["replay", "--follow", join(folder, "none.ndjson")]);
    expect([missing.status, missing.stderr]).toEqual([2, expect.stringMatching(/no such file/)]);
  });
});
