import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Io, main } from "../../packages/cli/src/index.ts";
import type { FuzzInput } from "./fuzz-input.ts";
import { OUTPUT_BYTES_MAX } from "./limits.ts";
import type { RunOutcome } from "./oracles.ts";

/** Runs inputs in this process, each in a fresh folder. */
export class InputRunner {
  private readonly home = process.cwd();
  private readonly root = mkdtempSync(join(tmpdir(), "xgt-fuzz-"));
  private count = 0;

  /** Takes the folders away. */
  close(): void {
    process.chdir(this.home);
    rmSync(this.root, { recursive: true, force: true });
  }

  async run(input: FuzzInput): Promise<RunOutcome> {
    const folder = join(this.root, String(this.count++));
    mkdirSync(folder);
    for (const [name, content] of input.files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    process.chdir(folder);
    const printed = { stdout: "", stderr: "" };
    const before = process.cpuUsage();
    const status = await main(input.args, ioInto(printed)).catch((error) => {
      printed.stderr = error instanceof Error ? String(error.stack) : String(error);
      return null;
    });
    const { user, system } = process.cpuUsage(before);
    const leftOver = readdirSync(folder).filter((name) => name.endsWith(".tmp"));
    process.chdir(this.root);
    rmSync(folder, { recursive: true, force: true });
    const seconds = (user + system) / 1e6;
    return { args: input.args, status, ...printed, seconds, bytes: process.memoryUsage.rss(), leftOver };
  }
}

function ioInto(printed: { stdout: string; stderr: string }): Io {
  const output = (name: "stdout" | "stderr") => ({
    isTTY: false,
    write: async (text: string) => {
      if (printed[name].length <= OUTPUT_BYTES_MAX) printed[name] += text;
    },
  });
  return {
    env: {},
    stdin: (async function* () {})(),
    stdout: output("stdout"),
    stderr: output("stderr"),
  };
}
