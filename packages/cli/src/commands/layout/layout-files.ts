import { statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  applyFdtScript,
  applyOverlay,
  type BusMaster,
  BusMasterError,
  type DeviceTree,
  type GivenBootLog,
  givenBootLog,
  imagebuilderScript,
  isDtb,
  isDts,
  isFdtScript,
  isImagebuilderConfig,
  LOG_BYTES_MAX,
  locationText,
  type ModuleFile,
  moduleFile,
  parseBusMasters,
  parseKconfig,
  readDeviceTree,
  scriptText,
  TREE_BYTES_MAX,
  type TreeProblem,
  writeDtb,
} from "@xgt/dom0less-layout";
import { CliError } from "../../terminal/cli-error.ts";
import type { Io } from "../../terminal/io.ts";
import { shownPath } from "../../terminal/shown-path.ts";

/** A tree, and what was wrong with its file. */
interface LoadedTree {
  readonly tree: DeviceTree;
  readonly problems: readonly TreeProblem[];
}

/** A host tree with what was merged into it. */
interface LoadedHost extends LoadedTree {
  /** Files behind modules that a configuration names, by the path of the module's node. */
  readonly files: ReadonlyMap<string, string>;
  /** What the user should know about how the tree was made. */
  readonly notes: readonly string[];
}

/**
 * Reads a host tree and merges overlays into it: device trees, scripts of U-Boot, configurations of ImageBuilder. Throws
 * CliError where a file cannot be opened.
 */
export async function loadHost(path: string, overlays: readonly string[], io: Io): Promise<LoadedHost> {
  const host = await loadTree(path, io);
  const problems = [...host.problems];
  const files = new Map<string, string>();
  const notes: string[] = [];
  for (const overlay of overlays) {
    const bytes = await readBytes(overlay, io, TREE_BYTES_MAX);
    const text = isDtb(bytes) ? "" : scriptText(bytes);
    if (isImagebuilderConfig(text)) {
      const folder = dirname(overlay);
      const made = imagebuilderScript(text, (file) => sizeOrNull(join(folder, file)));
      problems.push(...applyFdtScript(host.tree, made.script, shownPath(overlay)));
      for (const [node, file] of made.files) files.set(node, join(folder, file));
      notes.push("addresses as ImageBuilder chooses them; its boot.source has the real ones");
      if (made.missing.length > 0) notes.push(`not there, so 32M each: ${made.missing.join(", ")}`);
    } else if (!isDts(bytes) && isFdtScript(text)) {
      problems.push(...applyFdtScript(host.tree, text, shownPath(overlay)));
    } else {
      const loaded = readTree(overlay, bytes);
      problems.push(...loaded.problems, ...applyOverlay(host.tree, loaded.tree));
    }
  }
  return { tree: host.tree, problems, files, notes };
}

function sizeOrNull(path: string): bigint | null {
  try {
    const status = statSync(path);
    return status.isFile() ? BigInt(status.size) : null;
  } catch {
    // Not there, or no name that a file can have: a configuration may say anything.
    return null;
  }
}

async function loadTree(path: string, io: Io): Promise<LoadedTree> {
  return readTree(path, await readBytes(path, io, TREE_BYTES_MAX));
}

function readTree(path: string, bytes: Uint8Array): LoadedTree {
  if (!isDtb(bytes) && !isDts(bytes)) {
    throw new CliError(
      `${shownPath(path)}: is no device tree; give a .dtb, or source that cpp has been over`,
    );
  }
  return readDeviceTree(bytes, shownPath(path));
}

/** Files of `--module PATH=FILE` by module path; device trees among them are read. */
export async function loadModules(
  given: readonly { node: string; file: string }[],
  io: Io,
): Promise<{ modules: Map<string, ModuleFile>; problems: TreeProblem[] }> {
  const modules = new Map<string, ModuleFile>();
  const problems: TreeProblem[] = [];
  for (const { node, file } of given) {
    const bytes = await readBytes(file, io, Number.MAX_SAFE_INTEGER, false);
    const isTree = isDtb(bytes) || (file.endsWith(".dts") && isDts(bytes));
    const reading = isTree ? readDeviceTree(bytes, file) : null;
    problems.push(...(reading?.problems ?? []));
    // What the boot loader loads of a source is its compiled form.
    const content = reading === null || isDtb(bytes) ? bytes : writeDtb(reading.tree);
    modules.set(node, moduleFile(file, content, reading?.tree ?? null));
  }
  return { modules, problems };
}

/** Reads `--masters`. */
export async function loadMasters(path: string | undefined, io: Io): Promise<BusMaster[]> {
  if (path === undefined) return [];
  const text = Buffer.from(await readBytes(path, io, TREE_BYTES_MAX)).toString("utf8");
  try {
    return parseBusMasters(text);
  } catch (error) {
    if (!(error instanceof BusMasterError)) throw error;
    throw new CliError(`${shownPath(path)}: ${error.message}; \`xgt layout check --help\` shows the form`);
  }
}

/** Reads `--kconfig`. */
export async function loadKconfig(
  path: string | undefined,
  io: Io,
): Promise<Map<string, string> | undefined> {
  if (path === undefined) return undefined;
  return parseKconfig(Buffer.from(await readBytes(path, io, TREE_BYTES_MAX)).toString("utf8"));
}

/** Reads `--log`. */
export async function loadBootLog(path: string | undefined, io: Io): Promise<GivenBootLog | null> {
  if (path === undefined) return null;
  const bytes = await readBytes(path, io, LOG_BYTES_MAX);
  return givenBootLog(bytes, shownPath(path));
}

/** A file as a boot module. Throws CliError where it cannot be read. */
export async function loadModuleFile(path: string, io: Io): Promise<ModuleFile> {
  return moduleFile(path, await readBytes(path, io, Number.MAX_SAFE_INTEGER, false), null);
}

/** A console as it was pasted into standard input, `-`. Throws CliError. */
export async function loadConsole(io: Io): Promise<GivenBootLog> {
  return givenBootLog(await readBytes("-", io, LOG_BYTES_MAX), "standard input");
}

/** "board.dtb:0x1c4: error: in /soc: what; what to do" */
export function treeProblemText(problem: TreeProblem): string {
  return `${locationText(problem.location)}: node ${problem.nodePath}: ${problem.message}; ${problem.next}`;
}

async function readBytes(path: string, io: Io, most: number, unpack = true): Promise<Uint8Array> {
  const bytes = path === "-" ? await readStandardInput(io, most) : await readOneFile(path, most);
  if (!unpack || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.min(most, LOG_BYTES_MAX) });
  } catch {
    throw new CliError(`${shownPath(path)}: the gzip data is corrupt, cut or too long; copy the file again`);
  }
}

async function readOneFile(path: string, most: number): Promise<Uint8Array> {
  try {
    const status = await stat(path);
    if (status.isFile() && status.size > most) throw tooLong(path, most);
    return await readFile(path);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw unreadable(path, error);
  }
}

async function readStandardInput(io: Io, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of io.stdin) {
    const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
    size += bytes.length;
    if (size > most) throw tooLong("-", most);
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}

function tooLong(path: string, most: number): CliError {
  return new CliError(`${shownPath(path)}: longer than ${most >> 20} MiB: that is no file for this option`);
}

function unreadable(path: string, error: unknown): CliError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  const what =
    code === "ENOENT" ? "no such file" : code === "EISDIR" ? "is a directory" : `cannot be read (${code})`;
  return new CliError(`${path}: ${what}; name a file that is there`);
}
