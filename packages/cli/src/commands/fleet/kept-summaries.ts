import {
  closeSync,
  createReadStream,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  writeSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { type RunSummary, summaryLine } from "@xgt/fleet";
import { CliError } from "../../terminal/cli-error.ts";
import type { Io } from "../../terminal/io.ts";
import { openOutput } from "../../terminal/output-file.ts";
import { shownPath } from "../../terminal/shown-path.ts";
import { SUMMARIES_FILE, summariesOf } from "./summary-files.ts";

/** The summaries of a fleet's folder: those that are there, and those that come. */
export class KeptSummaries {
  private readonly path: string;
  private file: number;

  private constructor(path: string, file: number) {
    this.path = path;
    this.file = file;
  }

  /** Opens a folder, made where it is missing. A line that was being written when its writer ended is taken away. Throws CliError. */
  static async open(folder: string): Promise<KeptSummaries> {
    const path = join(folder, SUMMARIES_FILE);
    try {
      mkdirSync(folder, { recursive: true });
      const end = existsSync(path) ? await endOfLines(path) : 0;
      const file = openSync(path, "a");
      ftruncateSync(file, end);
      return new KeptSummaries(path, file);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : error;
      throw new CliError(`${shownPath(folder)}: summaries cannot be kept there (${code})`);
    }
  }

  /** What is there already. */
  before(): AsyncIterable<RunSummary> {
    return summariesOf(this.path);
  }

  /** Keeps a summary: it is there after a kill. */
  add(summary: RunSummary): void {
    writeSync(this.file, summaryLine(summary));
  }

  /** Takes the summaries of some runs away, all of them or none. Throws CliError. */
  async drop(ids: ReadonlySet<string>, io: Io): Promise<void> {
    if (ids.size === 0) return;
    const output = openOutput(this.path, io, { command: "xgt fleet run", inputs: [] });
    try {
      for await (const summary of this.before())
        if (!ids.has(summary.id)) await output.write(summaryLine(summary));
      output.commit();
    } catch (error) {
      output.discard();
      throw error;
    }
    closeSync(this.file);
    this.file = openSync(this.path, "a");
  }

  close(): void {
    closeSync(this.file);
  }
}

/** Bytes of a file up to its last line break. */
async function endOfLines(path: string): Promise<number> {
  const file = await open(path);
  await file.close();
  let at = 0;
  let end = 0;
  for await (const piece of createReadStream(path)) {
    const last = (piece as Buffer).lastIndexOf(0x0a);
    if (last >= 0) end = at + last + 1;
    at += (piece as Buffer).length;
  }
  return end;
}
