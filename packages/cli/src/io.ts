import { PipeClosedError } from "./cli-error.ts";

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
    stdout: new StreamOutput(process.stdout),
    stderr: new StreamOutput(process.stderr),
    workerFile,
  };
}

class StreamOutput implements TextOutput {
  readonly isTTY: boolean;
  private readonly stream: NodeJS.WriteStream;
  private closed = false;

  constructor(stream: NodeJS.WriteStream) {
    this.stream = stream;
    this.isTTY = stream.isTTY === true;
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      this.closed = true;
    });
  }

  async write(text: string): Promise<void> {
    if (text === "") return;
    if (!this.closed) {
      await new Promise<void>((resolve) => {
        this.stream.write(text, () => resolve());
      });
    }
    if (this.closed) throw new PipeClosedError("the output was closed");
  }
}
