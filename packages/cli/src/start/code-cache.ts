import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  type Stats,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Script } from "node:vm";
import { crc32 } from "node:zlib";
import { CODE_CACHE_BYTES_MAX, CODE_CACHE_RUN_MS, CODE_CACHES_KEPT } from "../limits.ts";
import { ExitStatus } from "../terminal/exit-status.ts";
import { writeWhole } from "../terminal/temporary-file.ts";

/** Bytes before V8's: their CRC-32, for V8 itself trusts them, and as many that V8's stay where it need not copy them. */
const SUM_BYTES = 8;

/**
 * The program's code as V8 compiled it, in a file of this user's that the next start takes it from. Whatever is wrong with
 * that file, the program starts without it and tells nothing.
 */
export class CodeCache {
  private readonly file: string | undefined;

  /** `file`: undefined where nothing is kept. */
  constructor(file: string | undefined) {
    this.file = file;
  }

  /** V8's bytes of an earlier run; undefined: there are none that can be trusted. */
  read(): Buffer | undefined {
    if (this.file === undefined) return undefined;
    try {
      const bytes = readOwn(this.file);
      const code = bytes.subarray(SUM_BYTES);
      return crc32(code) === bytes.readUInt32LE() ? code : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Keeps what this run has compiled where V8 had nothing to take. `status`: of the process; of wrong use nothing is kept, and
   * of a long run neither: V8 drops code that has not run for a while.
   */
  keep(script: Script, status: number): void {
    if (this.file === undefined || script.cachedDataRejected === false) return;
    if (status !== ExitStatus.clean && status !== ExitStatus.findings) return;
    if (process.uptime() * 1000 > CODE_CACHE_RUN_MS) return;
    try {
      const folder = dirname(this.file);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (!isOwn(lstatSync(folder))) return;
      const code = script.createCachedData();
      const sum = Buffer.alloc(SUM_BYTES);
      sum.writeUInt32LE(crc32(code));
      writeWhole(this.file, Buffer.concat([sum, code]), 0o600);
      removeOld(folder, basename(this.file));
    } catch {
      // A start without it is only slower.
    }
  }
}

/** Whether nobody but this user can have written a file or folder. */
function isOwn({ uid, mode }: Stats): boolean {
  return uid === process.getuid?.() && (mode & 0o022) === 0;
}

/** A file's bytes. Throws where somebody else may have written it, where it is too large, and where it cannot be read. */
function readOwn(path: string): Buffer {
  if (!isOwn(lstatSync(dirname(path)))) throw new Error("somebody else's folder");
  const file = openSync(path, "r");
  try {
    const stats = fstatSync(file);
    if (!isOwn(stats) || !stats.isFile() || stats.size > CODE_CACHE_BYTES_MAX) throw new Error("not ours");
    const bytes = Buffer.allocUnsafeSlow(stats.size);
    if (readSync(file, bytes) !== stats.size) throw new Error("cut");
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** Removes the oldest caches, mostly those of earlier programs, but never `kept`. */
function removeOld(folder: string, kept: string): void {
  const others = readdirSync(folder)
    .filter((name) => name.endsWith(".code") && name !== kept)
    .map((name) => ({ path: join(folder, name), time: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time);
  for (const { path } of others.slice(CODE_CACHES_KEPT - 1)) rmSync(path, { force: true });
}
