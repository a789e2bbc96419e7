import { readFile, stat } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { NEWEST_RELEASE } from "@xgt/hypercall-abi";
import {
  bootLogDomains,
  DomainSpecError,
  type DomainSpecFile,
  isBootLog,
  parseBootLog,
  parseDomainSpec,
} from "@xgt/hypercall-log";
import { DOMAIN_FILE_BYTES_MAX } from "../limits.ts";
import { SpecificationError } from "./specification-error.ts";

const GZIP_MAGIC = [0x1f, 0x8b];
const DEVICE_TREE_MAGIC = [0xd0, 0x0d, 0xfe, 0xed];
const ADVICE = "--domains takes a DomainSpec (JSON) or Xen's boot log";

/** Domains of a run that were given beside its logs. Plain data. */
export interface GivenDomains {
  readonly spec: DomainSpecFile;
  /** What the file leaves open, in words for people. */
  readonly notes: readonly string[];
}

/**
 * Reads a file of domains: DomainSpec JSON, Xen's boot log or a device tree, gzipped or not. Throws SpecificationError.
 * @param path `-` is standard input.
 * @param stdin What `-` reads.
 */
export async function loadDomains(
  path: string,
  stdin: AsyncIterable<Uint8Array | string> = process.stdin,
): Promise<GivenDomains> {
  const bytes = plain(path, await readBytes(path, stdin));
  if (startsWith(bytes, DEVICE_TREE_MAGIC)) return fromDeviceTree(path, bytes);
  if (isBootLog(bytes)) return fromBootLog(path, bytes);
  const text = new TextDecoder().decode(bytes);
  if (/^\s*\/dts-v1\//.test(text)) return fromDeviceTree(path, bytes);
  try {
    const notes: string[] = [];
    const spec = parseDomainSpec(text, notes);
    return { spec, notes: notes.map((note) => `${nameOf(path)}: ${note}`) };
  } catch (error) {
    if (!(error instanceof DomainSpecError)) throw error;
    throw new SpecificationError(path, nameOf(path), error.message, "");
  }
}

function fromBootLog(path: string, bytes: Uint8Array): GivenDomains {
  const notes: string[] = [];
  const spec = bootLogDomains(parseBootLog(bytes), notes);
  if (spec.domains.length > 0) return { spec, notes: notes.map((note) => `${nameOf(path)}: ${note}`) };
  const advice = "take the console's output from Xen's first line on, or write a DomainSpec (JSON)";
  throw new SpecificationError(path, nameOf(path), "this boot log shows no domain being built", advice);
}

/** The domains that Xen would build from a host tree; Dom0's banks are Xen's choice at boot and stay open. */
async function fromDeviceTree(path: string, bytes: Uint8Array): Promise<GivenDomains> {
  const name = nameOf(path);
  const layout = await import("@xgt/dom0less-layout");
  const { tree, problems } = layout.readDeviceTree(bytes, name);
  for (const { location, nodePath, message, next } of problems) {
    const place = layout.locationText(location);
    throw new SpecificationError(path, place, `node ${nodePath}: ${message}`, next);
  }
  const model = layout.layoutModel({ host: tree, modules: new Map(), release: NEWEST_RELEASE });
  const { xen: _, ...spec } = layout.domainSpecOf(model);
  if (spec.domains.length === 0) {
    const advice = "give the tree that Xen is booted with, or a DomainSpec (JSON)";
    throw new SpecificationError(path, name, "no Dom0 kernel and no domain below /chosen", advice);
  }
  const open = model.dom0 ? [`${name}: Xen chooses Dom0's banks at boot: its RAM is not known`] : [];
  return { spec, notes: open };
}

async function readBytes(path: string, stdin: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  if (path === "-") return readStream(path, stdin);
  try {
    const status = await stat(path);
    if (status.isFile() && status.size > DOMAIN_FILE_BYTES_MAX) throw tooLong(path);
    return await readFile(path);
  } catch (error) {
    if (error instanceof SpecificationError) throw error;
    const code = error instanceof Error && "code" in error ? error.code : "unknown error";
    const what =
      code === "ENOENT" ? "no such file" : code === "EISDIR" ? "is a directory" : `cannot be read (${code})`;
    throw new SpecificationError(path, path, what, ADVICE);
  }
}

async function readStream(path: string, stdin: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of stdin) {
    const bytes = typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
    size += bytes.length;
    if (size > DOMAIN_FILE_BYTES_MAX) throw tooLong(path);
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}

function plain(path: string, bytes: Uint8Array): Uint8Array {
  if (!startsWith(bytes, GZIP_MAGIC)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: DOMAIN_FILE_BYTES_MAX });
  } catch {
    const what = "the gzip data is corrupt, cut or too long";
    throw new SpecificationError(path, path, what, "copy the file again");
  }
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

function tooLong(path: string): SpecificationError {
  const what = `longer than ${DOMAIN_FILE_BYTES_MAX >> 20} MiB`;
  return new SpecificationError(path, nameOf(path), what, ADVICE);
}

function nameOf(path: string): string {
  return path === "-" ? "standard input" : path;
}
