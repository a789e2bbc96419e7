import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { FOLDER_DEPTH_MAX, HEADER_BYTES_MAX, HEADER_FILES_MAX, TREE_BYTES_MAX } from "../../limits.ts";
import { headersAround } from "./headers-around.ts";

/** The headers of one folder, by path below it. */
export interface HeaderTree {
  /** The folder that holds `xen.h`, as found below the folder that was asked for. */
  readonly root: string;
  /** Texts by path, in order of path. */
  readonly files: ReadonlyMap<string, string>;
  /** Files that were left out, with the reason. */
  readonly leftOut: readonly { readonly file: string; readonly reason: string }[];
  /** The one header that was asked for; the others are there for it to include. Undefined: all of them are. */
  readonly only?: string;
  /** Headers of the kernel that the folder lies in, by path below it: read where the folder's own include them. */
  readonly around?: ReadonlyMap<string, string>;
}

/** The folder is no header tree, or cannot be read. */
export class HeaderTreeError extends Error {
  override readonly name = "HeaderTreeError";
}

/** Why a file is left out that may well be of the interface. */
export const OVER_SIZE = "over the size limit";

/** Where Xen's public headers are below a Xen tree, a kernel's, an unpacked package or an include folder. */
const likelyRoots = [
  "xen/include/public",
  "include/xen/interface",
  "xen/interface",
  "interface",
  "include/public",
  "public",
  "include/xen/public",
  "usr/include/xen",
  "xen",
  ".",
];

/** Finds the public headers below a folder and reads them; of a single header, it and what it includes beside it. */
export function readHeaderTree(folder: string): HeaderTree {
  if (folder.endsWith(".h") && statSync(folder, { throwIfNoEntry: false })?.isFile())
    return treeOfHeader(folder);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new HeaderTreeError(`${folder}: no such folder; give a Xen tree or a folder that holds xen.h`);
  }
  const root = rootBelow(folder);
  const files = new Map<string, string>();
  const leftOut: { file: string; reason: string }[] = [];
  const state = { bytes: 0 };
  readFolder(root, "", 0, ".h", files, leftOut, state);
  if (files.size === 0)
    throw new HeaderTreeError(`${folder}: no header in it; give a Xen tree or a folder that holds xen.h`);
  return { ...headerTreeOf(root, files), leftOut, around: headersAround(root, files) };
}

/** Headers that a copy has though it may have no xen.h, where that name is its project's own. */
const tellingHeaders = ["xen.h", "grant_table.h"];

/** Where the headers are below a folder; the folder itself where nothing tells. */
function rootBelow(folder: string): string {
  const found = tellingHeaders.map((header) =>
    likelyRoots.findIndex((sub) => existsSync(join(folder, sub, header))),
  );
  const [nearest] = found.filter((at) => at >= 0).sort((a, b) => a - b);
  return nearest === undefined ? folder : join(folder, likelyRoots[nearest]);
}

const includeLine = /^[ \t]*#[ \t]*include[ \t]*["<]([^">\n]+)[">]/gm;

function treeOfHeader(header: string): HeaderTree {
  const root = dirname(header);
  const only = basename(header);
  const files = new Map<string, string>();
  const leftOut: { file: string; reason: string }[] = [];
  const waiting = [only];
  let bytes = 0;
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const info = statSync(join(root, path), { throwIfNoEntry: false });
    if (files.has(path) || info === undefined || !info.isFile()) continue;
    bytes += info.size;
    if (info.size > HEADER_BYTES_MAX || files.size >= HEADER_FILES_MAX || bytes > TREE_BYTES_MAX) {
      leftOut.push({ file: path, reason: OVER_SIZE });
      continue;
    }
    const text = readFileSync(join(root, path), "utf8");
    files.set(path, text);
    for (const [, name] of text.matchAll(includeLine)) {
      if (!posix.isAbsolute(name)) waiting.push(name, posix.normalize(posix.join(posix.dirname(path), name)));
    }
  }
  return { ...headerTreeOf(root, files), leftOut, only, around: headersAround(root, files) };
}

/** Texts of the Rust modules below a folder, by path; none for what is no folder. */
export function readRustModules(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    readFolder(folder, "", 0, ".rs", files, [], { bytes: 0 });
  return files;
}

function readFolder(
  root: string,
  below: string,
  depth: number,
  extension: string,
  files: Map<string, string>,
  leftOut: { file: string; reason: string }[],
  state: { bytes: number },
): void {
  const entries = readdirSync(join(root, below), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      if (depth < FOLDER_DEPTH_MAX && !entry.name.startsWith("."))
        readFolder(root, path, depth + 1, extension, files, leftOut, state);
      continue;
    }
    if (!entry.name.endsWith(extension)) continue;
    const absolute = join(root, path);
    const info = statSync(absolute, { throwIfNoEntry: false });
    if (info === undefined || !info.isFile()) continue;
    state.bytes += info.size;
    if (info.size > HEADER_BYTES_MAX || files.size >= HEADER_FILES_MAX || state.bytes > TREE_BYTES_MAX) {
      leftOut.push({ file: path, reason: OVER_SIZE });
      continue;
    }
    files.set(path, readFileSync(absolute, "utf8"));
  }
}

/** A tree made from texts, e.g. from a git object store. */
export function headerTreeOf(root: string, files: Iterable<readonly [string, string]>): HeaderTree {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  return { root, files: new Map(sorted), leftOut: [] };
}

/** Why a header is no part of Xen's interface; undefined when it may be one. */
export function notAbi(path: string, text: string): string | undefined {
  if (/^(?:sys|foreign|compat)\//.test(path))
    return `in ${path.slice(0, path.indexOf("/"))}/, not Xen's interface`;
  if (/__LINUX_PUBLIC_|\b_IOC\s*\(/.test(text)) return "a device interface of the guest's kernel";
  return undefined;
}
