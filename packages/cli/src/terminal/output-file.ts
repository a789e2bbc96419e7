import { closeSync, openSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { CliError, PipeClosedError, UsageError } from "./cli-error.ts";
import type { Io, TextOutput } from "./io.ts";
import { type OutputTarget, outputTarget, overwrittenInput } from "./output-target.ts";
import { shownPath } from "./shown-path.ts";
import { TemporaryFile } from "./temporary-file.ts";

/** An output that becomes visible as a whole, or not at all. */
export interface PendingOutput extends TextOutput {
  /** A file, not standard output. */
  readonly isFile: boolean;
  /** Writes what is no text. Throws CliError where this is standard output. */
  writeBytes(bytes: Uint8Array): Promise<void>;
  /** All is written: the file takes its name. Throws CliError. */
  commit(): void;
  /** Forgets what was written. */
  discard(): void;
}

/** What a command reads, for the check that it does not write there. */
export interface OutputCheck {
  /** The command, as in "xgt replay". */
  readonly command: string;
  /** Every file or folder that it reads; `-` is standard input, undefined an option that is not given. */
  readonly inputs: readonly (string | undefined)[];
}

/** Opens what `-o` names; undefined and `-` are standard output. Throws CliError, also where it is one of the inputs. */
export function openOutput(path: string | undefined, io: Io, check: OutputCheck): PendingOutput {
  if (path === undefined || path === "-") return new StandardOutput(io.stdout);
  return writing(path, () => new FileOutput(checkedTarget(path, check)));
}

/** Replaces a file by another content as a whole, or leaves it as it was. Throws CliError. */
export function replaceFile(path: string, content: string | Uint8Array, check: OutputCheck): void {
  writing(path, () => {
    const output = new FileOutput(checkedTarget(path, check));
    try {
      output.put(typeof content === "string" ? Buffer.from(content) : content);
      output.commit();
    } catch (error) {
      output.discard();
      throw error;
    }
  });
}

/** The file that a path means, none of the inputs. Throws UsageError. */
function checkedTarget(path: string, { command, inputs }: OutputCheck): OutputTarget {
  const target = outputTarget(resolve(path));
  const given = inputs.filter((input) => input !== undefined);
  const input = overwrittenInput(target, given);
  if (input === undefined) return target;
  const same = input === path ? "" : ` (${shownPath(input)})`;
  throw new UsageError(command, `${path}: the output is one of the inputs${same}; name another output`);
}

/** Runs what opens a path for writing, and says why it could not. */
function writing<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`${path}: cannot be written (${codeOf(error)}); name another output`);
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

  get columns(): number | undefined {
    return this.output.columns;
  }

  write(text: string): Promise<void> {
    return this.output.write(text);
  }

  async writeBytes(): Promise<void> {
    throw new CliError("this is no text and not for standard output; name a file with -o");
  }

  commit(): void {}

  discard(): void {}
}

class FileOutput implements PendingOutput {
  readonly isTTY = false;
  readonly isFile = true;
  private readonly target: OutputTarget;
  /** Null: what is there is no regular file (/dev/null, a pipe) and is written directly. */
  private readonly temporary: TemporaryFile | null;
  private readonly file: number;
  private isOpen = true;

  constructor(target: OutputTarget) {
    const { path, existing } = target;
    this.target = target;
    const direct = existing !== undefined && !existing.isFile();
    this.temporary = direct ? null : new TemporaryFile(path, existing && existing.mode & PERMISSIONS);
    this.file = this.temporary?.file ?? openSync(path, "w");
  }

  async write(text: string): Promise<void> {
    this.put(Buffer.from(text));
  }

  async writeBytes(bytes: Uint8Array): Promise<void> {
    this.put(bytes);
  }

  put(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(this.file, bytes, at);
      } catch (error) {
        throw this.failed(error);
      }
    }
  }

  commit(): void {
    try {
      this.close();
      this.temporary?.commit();
    } catch (error) {
      throw this.failed(error);
    }
  }

  discard(): void {
    this.close();
    this.temporary?.discard();
  }

  private close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    closeSync(this.file);
  }

  private failed(error: unknown): Error {
    if (codeOf(error) === "EPIPE") return new PipeClosedError(`${this.target.path} was closed`);
    return new CliError(`${this.target.path}: writing failed (${codeOf(error)}); the file is left as it was`);
  }
}

const PERMISSIONS = 0o777;

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}
