import { readFile, stat } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { type DomainSpecFile, parseDomainSpec } from "@xgt/hypercall-log";
import { CliError } from "./cli-error.ts";
import type { Io } from "./io.ts";
import { DOMAIN_FILE_BYTES_MAX } from "./limits.ts";

const GZIP_MAGIC = [0x1f, 0x8b];
const DEVICE_TREE_MAGIC = [0xd0, 0x0d, 0xfe, 0xed];

/** Reads what --domains names: DomainSpec JSON or a Xen boot log, gzipped or not. Throws CliError. */
export async function loadDomains(path: string, io: Io): Promise<DomainSpecFile> {
  const bytes = plain(path, await readBytes(path, io));
  if (startsWith(bytes, DEVICE_TREE_MAGIC)) throw deviceTree(path);
  const text = new TextDecoder().decode(bytes);
  if (/^\s*\/dts-v1\//.test(text)) throw deviceTree(path);
  try {
    return parseDomainSpec(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new CliError(`${path}: ${error.message}`);
  }
}

async function readBytes(path: string, io: Io): Promise<Uint8Array> {
  if (path === "-") return readStandardInput(io);
  try {
    const status = await stat(path);
    if (status.isFile() && status.size > DOMAIN_FILE_BYTES_MAX) throw tooLong(path);
    return await readFile(path);
  } catch (error) {
    if (error instanceof CliError) throw error;
    const code = error instanceof Error && "code" in error ? error.code : "unknown error";
    const what =
      code === "ENOENT" ? "no such file" : code === "EISDIR" ? "is a directory" : `cannot be read (${code})`;
    throw new CliError(`${path}: ${what}; --domains takes a DomainSpec (JSON) or Xen's boot log`);
  }
}

async function readStandardInput(io: Io): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of io.stdin) {
    const bytes = typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
    size += bytes.length;
    if (size > DOMAIN_FILE_BYTES_MAX) throw tooLong("standard input");
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}

function plain(path: string, bytes: Uint8Array): Uint8Array {
  if (!startsWith(bytes, GZIP_MAGIC)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: DOMAIN_FILE_BYTES_MAX });
  } catch {
    throw new CliError(`${path}: the gzip data is corrupt, cut or too long; copy the file again`);
  }
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

function tooLong(path: string): CliError {
  const limit = `${DOMAIN_FILE_BYTES_MAX >> 20} MiB`;
  return new CliError(`${path}: longer than ${limit}; --domains takes a DomainSpec (JSON) or Xen's boot log`);
}

function deviceTree(path: string): CliError {
  return new CliError(
    `${path}: is a device tree, which cannot be read yet; give Xen's boot log or a DomainSpec (JSON) to --domains`,
  );
}
