import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { type Io, main } from "../../packages/cli/src/index.ts";
import type { FuzzInput, FuzzTarget } from "./fuzz-input.ts";
import { INPUT_SECONDS_MAX, OUTPUT_BYTES_MAX } from "./limits.ts";
import type { RunOutcome } from "./oracles.ts";

/** Runs inputs in this process, those of commands in a folder with nothing else in it. */
export class InputRunner {
  private readonly home = process.cwd();
  private readonly root = mkdtempSync(join(tmpdir(), "xgt-fuzz-"));
  private readonly folder = join(this.root, "input");

  /** Takes the folders away. */
  close(): void {
    process.chdir(this.home);
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Runs an input; one that took long by time of day is run again for its processor time: others use the machine, too. */
  async run(target: FuzzTarget, input: FuzzInput): Promise<RunOutcome> {
    const begun = performance.now();
    const outcome = await this.runOnce(target, input);
    const seconds = (performance.now() - begun) / 1000;
    if (seconds < INPUT_SECONDS_MAX / 2) return { ...outcome, seconds };
    const before = process.cpuUsage();
    const again = await this.runOnce(target, input);
    const { user, system } = process.cpuUsage(before);
    return { ...again, seconds: (user + system) / 1e6 };
  }

  private async runOnce(target: FuzzTarget, input: FuzzInput): Promise<Omit<RunOutcome, "seconds">> {
    const printed = { stdout: "", stderr: "" };
    const { read } = target;
    const work = read === undefined ? this.runCommand(input, printed) : readDirectly(read, input);
    const status = await work.catch((error) => {
      printed.stderr = error instanceof Error ? String(error.stack) : String(error);
      return null;
    });
    const leftOver = read === undefined ? this.empty(input.files) : [];
    const bytes = process.memoryUsage.rss();
    return { args: input.args, isCommand: read === undefined, status, ...printed, bytes, leftOver };
  }

  private async runCommand(input: FuzzInput, printed: { stdout: string; stderr: string }): Promise<number> {
    mkdirSync(this.folder, { recursive: true });
    process.chdir(this.folder);
    for (const [name, content] of input.files) {
      const path = join(this.folder, name);
      if (name.includes("/")) mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
    return main(input.args, ioInto(printed));
  }

  /** Empties the folder but for the folders that inputs lie in, which are dear to make; names of what is left half written. */
  private empty(files: FuzzInput["files"]): string[] {
    process.chdir(this.root);
    const kept = new Set([...files.keys()].map((name) => dirname(name)));
    const leftOver: string[] = [];
    const entries = readdirSync(this.folder, { withFileTypes: true, recursive: true });
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      if (entry.name.endsWith(".tmp")) leftOver.push(entry.name);
      if (!entry.isDirectory()) rmSync(path, { force: true });
    }
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      const isKept = [...kept].some((folder) => `${folder}/`.startsWith(`${relative(this.folder, path)}/`));
      if (entry.isDirectory() && !isKept) rmSync(path, { recursive: true, force: true });
    }
    return leftOver;
  }
}

async function readDirectly(read: NonNullable<FuzzTarget["read"]>, input: FuzzInput): Promise<number> {
  return (await read(input)) ? 0 : 2;
}

function ioInto(printed: { stdout: string; stderr: string }): Io {
  const output = (name: "stdout" | "stderr") => ({
    isTTY: false,
    async write(text: string) {
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
