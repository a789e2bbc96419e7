import { closeSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { CliError } from "./cli-error.ts";
import type { Io, TextOutput } from "./io.ts";

/** Temporary files that are not renamed yet. */
const unfinished = new Set<string>();

/** Takes away what an interrupted run would leave behind. */
export function removeUnfinishedFiles(): void {
  for (const path of unfinished) rmSync(path, { force: true });
  unfinished.clear();
}

/** An output that becomes visible as a whole, or not at all. */
export interface PendingOutput extends TextOutput {
  /** A file, not standard output. */
  readonly isFile: boolean;
  /** All is written: the file takes its name. */
  commit(): void;
  /** Forgets what was written. */
  discard(): void;
}

/** Opens what `-o` names; undefined and `-` are standard output. Throws CliError. */
export function openOutput(path: string | undefined, io: Io): PendingOutput {
  if (path === undefined || path === "-") return new StandardOutput(io.stdout);
  try {
    return new FileOutput(resolve(path));
  } catch (error) {
    throw new CliError(`${path}: cannot be written (${codeOf(error)}); name another file with -o`);
  }
}

class StandardOutput implements PendingOutput {
  readonly isTTY: boolean;
  readonly isFile = false;
  private readonly output: TextOutput;

  constructor(output: TextOutput) {
    this.output = output;
    this.isTTY = output.isTTY;
  }

  write(text: string): Promise<void> {
    return this.output.write(text);
  }

  commit(): void {}

  discard(): void {}
}

class FileOutput implements PendingOutput {
  readonly isTTY = false;
  readonly isFile = true;
  private readonly target: string;
  /** Null: what is there is no regular file (/dev/null, a pipe) and is written directly. */
  private readonly temporary: string | null;
  private readonly file: number;

  constructor(path: string) {
    const existing = statSync(path, { throwIfNoEntry: false });
    // A link stays a link: the file that it names is replaced.
    this.target = existing === undefined ? path : realpathSync(path);
    const direct = existing !== undefined && !existing.isFile();
    this.temporary = direct
      ? null
      : join(dirname(this.target), `.${basename(this.target)}.${process.pid}.tmp`);
    this.file = openSync(this.temporary ?? this.target, "w", existing?.mode);
    if (this.temporary !== null) unfinished.add(this.temporary);
  }

  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(this.file, bytes, at);
      } catch (error) {
        throw new CliError(`${this.target}: writing failed (${codeOf(error)}); the file is left as it was`);
      }
    }
  }

  commit(): void {
    closeSync(this.file);
    if (this.temporary === null) return;
    renameSync(this.temporary, this.target);
    unfinished.delete(this.temporary);
  }

  discard(): void {
    closeSync(this.file);
    if (this.temporary === null) return;
    rmSync(this.temporary, { force: true });
    unfinished.delete(this.temporary);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}
