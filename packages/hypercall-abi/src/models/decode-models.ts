import { inflateRawSync } from "node:zlib";
import { hypercallNumbers } from "../model/hypercall-numbers.ts";
import type { Abi, ArchitectureName, Mode } from "../model/model.ts";
import { compareText } from "../model/sorted-record.ts";
import { bundledViews, type EncodedRelease, type ReleaseHead } from "./data/release-models.ts";
import { addItem, type Declarations, tagsOf } from "./item.ts";
import { lazyProperty } from "./lazy-property.ts";

/** The pool: each distinct declaration, and the line it has in the newest release. */
export interface Pool {
  /** A line each: the line in the newest release, a tab, the declaration. */
  readonly texts: readonly string[];
}

/** Unpacks the pool; its lines are cut when they are wanted. */
export function decodePool(pool: string): Pool {
  return { texts: inflateRawSync(Buffer.from(pool, "base64")).toString("utf8").split("\n") };
}

/** Declarations of one view, not yet read: pool number and line, in the pool's order. */
interface Listing {
  readonly texts: readonly string[];
  readonly views: Uint8Array;
  readonly shifts: DataView;
  readonly extra: readonly (readonly [number, number, number])[];
  readonly bit: number;
}

/**
 * The model of one view of a release. Undefined for a view that is not bundled or that the release does not have. Each kind of declaration is read when it
 * is first asked for: a log decoder wants some structs and numbers, not the names of all enumerators.
 */
export function decodeModel(
  release: EncodedRelease,
  pool: Pool,
  arch: ArchitectureName,
  mode: Mode,
): Abi | undefined {
  const bit = bundledViews.findIndex((v) => v.arch === arch && v.mode === mode);
  if (bit < 0) return undefined;
  const bytes = inflateRawSync(Buffer.from(release.index, "base64"));
  const headEnd = bytes.indexOf(0x0a) + 1;
  const head = JSON.parse(bytes.toString("utf8", 0, headEnd)) as ReleaseHead;
  const headers = head.headers[bit];
  if (headers === null) return undefined;
  const count = pool.texts.length;
  const listing: Listing = {
    texts: pool.texts,
    views: bytes.subarray(headEnd, headEnd + count),
    shifts: new DataView(bytes.buffer, bytes.byteOffset + headEnd + count, count * 2),
    extra: head.extra,
    bit,
  };
  const abi = {
    version: 1,
    xen: release.xen,
    arch,
    mode,
    interfaceVersion: head.interfaceVersions[bit],
    headers,
  };
  const kind =
    <K extends keyof Declarations>(name: K): (() => Declarations[K]) =>
    () =>
      declarationsOf(listing, name);
  lazyProperty(abi, "structs", kind("structs"));
  lazyProperty(abi, "constants", kind("constants"));
  lazyProperty(abi, "hypercalls", () => hypercallNumbers((abi as unknown as Abi).constants));
  for (const name of ["typedefs", "enums", "strings", "prototypes", "groups"] as const)
    lazyProperty(abi, name, kind(name));
  lazyProperty(abi, "unmodelled", () => {
    const list = declarationsOf(listing, "unmodelled");
    return list.sort((a, b) => compareText(a.file, b.file) || a.line - b.line || compareText(a.name, b.name));
  });
  return abi as unknown as Abi;
}

function declarationsOf<K extends keyof Declarations>(listing: Listing, kind: K): Declarations[K] {
  const { texts, views, shifts, extra, bit } = listing;
  const into: Declarations = {
    structs: {},
    constants: {},
    typedefs: {},
    enums: {},
    strings: {},
    prototypes: {},
    groups: {},
    unmodelled: [],
  };
  const tag = tagsOf[kind];
  const mask = 1 << bit;
  const [from, to] = rangeOf(texts, tag);
  let nextExtra = extra.findIndex(([number]) => number >= from);
  if (nextExtra < 0) nextExtra = extra.length;
  for (let i = from; i < to; i++) {
    if ((views[i] & mask) !== 0) addItem(into, texts[i], shifts.getInt16(i * 2, true));
    for (; nextExtra < extra.length && extra[nextExtra][0] === i; nextExtra++) {
      const [, line, seen] = extra[nextExtra];
      if ((seen & mask) !== 0) addItem(into, texts[i], line - lineOf(texts[i]));
    }
  }
  return into[kind];
}

function lineOf(text: string): number {
  return Number(text.slice(0, text.indexOf("\t")));
}

/** The part of the pool with one tag: it is ordered by tag first. */
function rangeOf(texts: readonly string[], tag: string): readonly [number, number] {
  const tagAt = (i: number): string => texts[i].charAt(texts[i].indexOf("\t") + 1);
  const firstNotBelow = (wanted: (t: string) => boolean): number => {
    let low = 0;
    let high = texts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (wanted(tagAt(middle))) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return [firstNotBelow((t) => t >= tag), firstNotBelow((t) => t > tag)];
}
