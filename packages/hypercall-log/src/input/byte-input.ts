import { constants, openSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { READ_BYTES, SNIFF_BYTES, SPARE_BUFFERS_MAX } from "../limits.ts";
import { LogOpenError, openError } from "./log-open-error.ts";

/** A part of an input. */
export interface ByteRange {
  /** Offset of its first byte. */
  readonly from: number;
  /** Bytes of it. */
  readonly length: number;
}

/** The bytes of a file or of standard input. */
export interface ByteInput {
  /** Bytes of the file; undefined where that cannot be known. */
  readonly size: number | undefined;
  /** Bytes read so far. */
  readonly position: number;
  /** Chunks in order; each is only good until the next is asked for. */
  chunks(): AsyncGenerator<Uint8Array>;
  /**
   * The beginning of a range, at least a byte of it, none at the input's end; good until the next is asked for. Absent: the input
   * can be read in order only. Not for one of unknown size.
   */
  range?(range: ByteRange): Promise<Uint8Array>;
  /** The same input from its beginning, or null where it cannot be read twice. */
  reopen(): Promise<ByteInput | null>;
  close(): Promise<void>;
}

/** A FIFO without a writer must not keep the opening waiting: nothing could end that. Other files are read as ever. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Opens a file for reading. Throws LogOpenError. `name`: what messages call it; absent: its path. */
export async function openFileInput(path: string, name = path): Promise<ByteInput> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, OPEN_FLAGS);
    const status = await handle.stat();
    if (status.isFIFO()) {
      const input = await FifoInput.open(path);
      // Not before: with no reader left its writer would end.
      await handle.close();
      return input;
    }
    if (status.isDirectory()) {
      throw new LogOpenError("directory", name, "is a directory", "name the log file inside it");
    }
    return new FileInput(path, handle, status.isFile() ? status.size : undefined);
  } catch (error) {
    await handle?.close();
    throw openError(name, error);
  }
}

/** Buffers of READ_BYTES that files at their end do not need any more. */
const spareBuffers: Uint8Array[] = [];

class FileInput implements ByteInput {
  readonly size: number | undefined;
  position = 0;
  private readonly path: string;
  private readonly handle: FileHandle;
  private closed = false;
  /** Of what is read by ranges. */
  private buffer: Uint8Array | undefined;

  constructor(path: string, handle: FileHandle, size: number | undefined) {
    this.path = path;
    this.handle = handle;
    this.size = size;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const buffer = spareBuffers.pop() ?? new Uint8Array(READ_BYTES);
    // Its first bytes tell which of the others are wanted.
    for (let size = SNIFF_BYTES; ; size = buffer.length) {
      const { bytesRead } = await this.handle.read(buffer, 0, size, null);
      if (bytesRead === 0) {
        if (spareBuffers.length < SPARE_BUFFERS_MAX) spareBuffers.push(buffer);
        return;
      }
      this.position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async range({ from, length }: ByteRange): Promise<Uint8Array> {
    this.buffer ??= new Uint8Array(READ_BYTES);
    const { bytesRead } = await this.handle.read(this.buffer, 0, Math.min(length, READ_BYTES), from);
    this.position += bytesRead;
    return this.buffer.subarray(0, bytesRead);
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

/** Reads a FIFO as its writers come: a process can end while it waits for one, which it cannot during a read of a file. */
class FifoInput extends StreamInput {
  private readonly end: () => void;

  private constructor(stream: AsyncIterable<Uint8Array>, end: () => void) {
    super(stream);
    this.end = end;
  }

  static async open(path: string): Promise<FifoInput> {
    const { Socket } = await import("node:net");
    const socket = new Socket({ fd: openSync(path, OPEN_FLAGS), readable: true, writable: false });
    return new FifoInput(socket, () => socket.destroy());
  }

  override async close(): Promise<void> {
    this.end();
  }
}

/** The same bytes as a plain Uint8Array: readers meet one class of array only. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
