import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../src/program/main.ts";
import type { Io, TextOutput } from "../src/terminal/io.ts";
import {
  escaped,
  expectedOutcome,
  type GoldenCase,
  type Outcome,
  readCase,
  type Section,
  wordsOf,
  writeCase,
} from "./case-file.ts";

const cases = join(import.meta.dirname, "cases");
const corpus = join(import.meta.dirname, "../../../corpus");
const bless = process.env.BLESS === "1";
const home = process.cwd();
let folder = "";

class Capture implements TextOutput {
  text = "";
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  async write(text: string): Promise<void> {
    this.text += text;
  }
}

function bytesOf(section: Section): Uint8Array {
  const coding = section.head.split(" ")[2];
  const body = section.body.endsWith("(no newline)\n") ? section.body.slice(0, -13) : section.body;
  switch (coding) {
    case "gzip":
      return gzipSync(body);
    case "gzip-cut":
      return gzipSync(body).subarray(0, -12);
    case "hex":
      return Buffer.from(body.replace(/\s/g, ""), "hex");
    default:
      return Buffer.from(body);
  }
}

/** Runs a case in this process, in a folder of its own that holds its files and the corpus. */
async function run(golden: GoldenCase): Promise<Outcome> {
  const stdin: Uint8Array[] = [];
  for (const section of golden.sections) {
    const [what, name] = section.head.split(" ");
    if (what === "file") writeFileSync(name, bytesOf(section));
    else if (what === "stdin") stdin.push(bytesOf(section));
  }
  const words = wordsOf(golden.command);
  const env: Record<string, string> = {};
  while (!words[0].startsWith("xgt")) {
    const [name, value] = words.shift()?.split("=") ?? [];
    env[name] = value;
  }
  const stdout = new Capture(env.TTY === "1");
  const stderr = new Capture(env.TTY === "1");
  const io: Io = {
    env,
    stdin: (async function* () {
      yield* stdin;
    })(),
    stdout,
    stderr,
  };
  const status = await main(words.slice(1), io);
  return { stdout: stdout.text, stderr: stderr.text, status };
}

/** Files that a case expects to be written, by `--- written NAME`. */
function checkWritten(golden: GoldenCase): void {
  for (const { head, body } of golden.sections) {
    const [what, name] = head.split(" ");
    if (what === "written") expect(readFileSync(name, "utf8")).toBe(body);
  }
}

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "xgt-golden-")));
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

describe("golden cases (BLESS=1 rewrites them)", () => {
  for (const name of readdirSync(cases).sort()) {
    it(name, async () => {
      const place = mkdtempSync(join(folder, "case-"));
      process.chdir(place);
      symlinkSync(corpus, "corpus");
      const golden = readCase(readFileSync(join(cases, name), "utf8"));
      const outcome = await run(golden);
      if (bless) writeFileSync(join(cases, name), writeCase(golden, outcome));
      else {
        const seen = { ...outcome, stdout: escaped(outcome.stdout), stderr: escaped(outcome.stderr) };
        expect(seen).toEqual(expectedOutcome(golden));
      }
      checkWritten(golden);
      const left = readdirSync(".").filter((file) => file.endsWith(".tmp"));
      expect(left, "no half-written file stays").toEqual([]);
    });
  }
});
