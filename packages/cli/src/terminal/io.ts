import { CliError, PipeClosedError } from "./cli-error.ts";
import type { Interrupt } from "./interrupt.ts";
import { pageText } from "./pager.ts";

/** Where text goes. */
export interface TextOutput {
  readonly isTTY: boolean;
  /** Columns of the terminal; undefined: none, or not known. */
  readonly columns?: number | undefined;
  /** Resolves once more may be written. Throws PipeClosedError where nobody reads any more. */
  write(text: string): Promise<void>;
}

/** What the command has to do with the world around it: the process's own, or a test's. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Shows a text on standard output's terminal, a screen at a time where it is longer; absent: there is no terminal. */
  readonly page?: (text: string) => Promise<void>;
  /** Ends work early; absent: nothing does. */
  readonly interrupt?: Interrupt;
  /** Program that replays in a thread of its own (worker.ts); absent: everything runs in this thread. */
  readonly workerFile?: URL;
  /** Folder that settings are looked for in, and above; absent: the process's working folder. */
  readonly folder?: string;
}

/** The folder that a command works in. */
export function workingFolder(io: Io): string {
  return io.folder ?? process.cwd();
}

/** This process's own. */
export function processIo(workerFile: URL, interrupt: Interrupt): Io {
  const stdout = new StreamOutput(process.stdout, "standard output");
  const screen = process.stdout;
  return {
    interrupt,
    env: process.env,
    stdin: process.stdin,
    stdout,
    ...(stdout.isTTY && {
      page: (text: string) => pageText(text, { rows: screen.rows, env: process.env, output: stdout }),
    }),
    stderr: new StreamOutput(process.stderr, "standard error"),
    workerFile,
  };
}

class StreamOutput implements TextOutput {
  readonly isTTY: boolean;
  private readonly stream: NodeJS.WriteStream;
  private readonly name: string;

  constructor(stream: NodeJS.WriteStream, name: string) {
    this.stream = stream;
    this.name = name;
    this.isTTY = stream.isTTY === true;
    // The write that fails is told so; without a listener the process would end here.
    stream.on("error", () => {});
  }

  get columns(): number | undefined {
    return this.isTTY ? this.stream.columns : undefined;
  }

  async write(text: string): Promise<void> {
    if (text === "") return;
    const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => {
      this.stream.write(text, resolve);
    });
    if (error === null || error === undefined) return;
    if (CLOSED.has(error.code ?? "")) throw new PipeClosedError(`${this.name} was closed`);
    throw new CliError(`${this.name}: writing failed (${error.code}); the output is not complete`);
  }
}

/** Nobody reads any more, or what was written to is gone after that. */
const CLOSED = new Set(["EPIPE", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"]);
