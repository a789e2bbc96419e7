import { type FileHandle, open } from "node:fs/promises";
import { READ_BYTES } from "../limits.ts";
import { LabError } from "./lab-error.ts";

/**
 * A file's bytes, `most` at most. `what` says what it should be ("a kernel"), for errors: a path may name a disk, or a
 * device that never ends. Throws LabError.
 */
export async function readBounded(path: string, most: number, what: string): Promise<Buffer> {
  let file: FileHandle | null = null;
  try {
    file = await open(path);
    const chunks: Buffer[] = [];
    const piece = Buffer.alloc(READ_BYTES);
    for (let size = 0; size <= most; ) {
      const { bytesRead } = await file.read(piece);
      if (bytesRead === 0) return Buffer.concat(chunks, size);
      chunks.push(Buffer.from(piece.subarray(0, bytesRead)));
      size += bytesRead;
    }
  } catch (error) {
    throw readError(path, error);
  } finally {
    await file?.close();
  }
  throw new LabError(`${path}: more than ${most >> 20} MiB: this is not ${what}`);
}

/** What keeps a file or folder from being read, in words; other errors as they are. */
export function readError(path: string, error: unknown): unknown {
  if (!(error instanceof Error && "code" in error)) return error;
  return new LabError(
    `${path}: ${error.code === "ENOENT" ? "no such file" : `cannot be read (${error.code})`}`,
  );
}
