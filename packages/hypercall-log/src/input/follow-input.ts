import { type FileHandle, open, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { FOLLOW_POLL_MS, READ_BYTES } from "../limits.ts";
import { type ByteInput, plainBytes } from "./byte-input.ts";
import { openError } from "./log-open-error.ts";

const NEWLINE = 10;
const ONE_NEWLINE = Uint8Array.of(NEWLINE);

/** What became of the file that is followed. */
export type FollowedChange = "replaced" | "truncated";

/**
 * A file that grows, read as `tail -F` does: at its end the reading waits for more; where another file has taken its name, or
 * it was cut, it goes on at the beginning of what is there now. It never ends by itself.
 */
export class FollowInput implements ByteInput {
  readonly size = undefined;
  position = 0;
  private readonly path: string;
  private readonly onChange: (change: FollowedChange) => void;
  private handle: FileHandle;
  private inFile = 0;
  private last = NEWLINE;
  private isText = true;
  private closed = false;

  private constructor(path: string, handle: FileHandle, onChange: (change: FollowedChange) => void) {
    this.path = path;
    this.handle = handle;
    this.onChange = onChange;
  }

  /** Opens the file; `onChange` is told before the first byte of what came in its place. Throws LogOpenError. */
  static async open(path: string, onChange: (change: FollowedChange) => void): Promise<FollowInput> {
    try {
      return new FollowInput(path, await open(path, "r"), onChange);
    } catch (error) {
      throw openError(path, error);
    }
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const buffer = new Uint8Array(READ_BYTES);
    while (!this.closed) {
      const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, this.inFile);
      if (bytesRead > 0) {
        const chunk = buffer.subarray(0, bytesRead);
        if (this.position === 0) this.isText = !chunk.includes(0);
        this.inFile += bytesRead;
        this.position += bytesRead;
        this.last = chunk[bytesRead - 1];
        yield plainBytes(chunk);
        continue;
      }
      const change = await this.change();
      if (change === null) {
        await sleep(FOLLOW_POLL_MS);
        continue;
      }
      // A line that was cut with the file is not the beginning of the next one.
      if (this.isText && this.last !== NEWLINE) yield ONE_NEWLINE;
      this.onChange(change);
    }
  }

  async reopen(): Promise<null> {
    return null;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.handle.close();
  }

  /** Goes over to what has taken the file's place, where something has. */
  private async change(): Promise<FollowedChange | null> {
    const own = await this.handle.stat();
    if (own.size < this.inFile) {
      this.inFile = 0;
      return "truncated";
    }
    // Between two files of one name there may be none.
    const named = await stat(this.path).catch(() => null);
    if (named === null || (named.ino === own.ino && named.dev === own.dev)) return null;
    // What was written to the old one before it was left is read first.
    if ((await this.handle.stat()).size > this.inFile) return null;
    const next = await open(this.path, "r").catch(() => null);
    if (next === null) return null;
    await this.handle.close();
    this.handle = next;
    this.inFile = 0;
    return "replaced";
  }
}
