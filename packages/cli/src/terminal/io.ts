import { CliError, PipeClosedError } from "./cli-error.ts";

/** Where text goes. */
export interface TextOutput {
  readonly isTTY: boolean;
  /** Resolves once more may be written. Throws PipeClosedError where nobody reads any more. */
  write(text: string): Promise<void>;
}

/** What the command has to do with the world around it: the process's own, or a test's. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Program that replays in a thread of its own (worker.ts); absent: everything runs in this thread. */
  readonly workerFile?: URL;
}

/** This process's own. */
export function processIo(workerFile: URL): Io {
  return {
    env: process.env,
    stdin: process.stdin,
    stdout: new StreamOutput(process.stdout, "standard output"),
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
