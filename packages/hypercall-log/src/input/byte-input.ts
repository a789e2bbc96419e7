import { type FileHandle, open } from "node:fs/promises";
import { READ_BYTES } from "../limits.ts";
import { LogOpenError, openError } from "./log-open-error.ts";

/** The bytes of a file or of standard input. */
export interface ByteInput {
  /** Bytes of the file; undefined where that cannot be known. */
  readonly size: number | undefined;
  /** Bytes read so far. */
  readonly position: number;
  /** Chunks in order; each is only good until the next is asked for. */
  chunks(): AsyncGenerator<Uint8Array>;
  /** The same input from its beginning, or null where it cannot be read twice. */
  reopen(): Promise<ByteInput | null>;
  close(): Promise<void>;
}

/** Opens a file for reading. Throws LogOpenError. `name`: what messages call it; absent: its path. */
export async function openFileInput(path: string, name = path): Promise<ByteInput> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, "r");
    const status = await handle.stat();
    if (status.isDirectory()) {
      throw new LogOpenError("directory", name, "is a directory", "name the log file inside it");
    }
    return new FileInput(path, handle, status.isFile() ? status.size : undefined);
  } catch (error) {
    await handle?.close();
    throw openError(name, error);
  }
}

class FileInput implements ByteInput {
  readonly size: number | undefined;
  position = 0;
  private readonly path: string;
  private readonly handle: FileHandle;
  private closed = false;

  constructor(path: string, handle: FileHandle, size: number | undefined) {
    this.path = path;
    this.handle = handle;
    this.size = size;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const buffer = new Uint8Array(READ_BYTES);
    for (;;) {
      const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      this.position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async reopen(): Promise<ByteInput | null> {
    return this.size === undefined ? null : openFileInput(this.path);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.handle.close();
  }
}

/** Reads from a stream, such as standard input. */
export class StreamInput implements ByteInput {
  readonly size = undefined;
  position = 0;
  private readonly stream: AsyncIterable<Uint8Array | string>;

  constructor(stream: AsyncIterable<Uint8Array | string>) {
    this.stream = stream;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for await (const piece of this.stream) {
      const chunk = typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
      this.position += chunk.length;
      yield plainBytes(chunk);
    }
  }

  async reopen(): Promise<null> {
    return null;
  }

  async close(): Promise<void> {
    // The stream is the caller's.
  }
}

/** The same bytes as a plain Uint8Array: readers meet one class of array only. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
