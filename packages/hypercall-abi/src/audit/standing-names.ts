import type { HeaderTree } from "../headers/preprocess/header-tree.ts";
import type { ReadResult } from "../headers/read-headers.ts";
import { lineAt, makeSourceFile, type SourceFile } from "../headers/tokens/source-file.ts";
import { withoutComments } from "../headers/tokens/without-comments.ts";

/** Where a text declares a name first. */
export interface Standing {
  /** Path in the tree. */
  readonly file: string;
  /** Offset in the file. */
  readonly offset: number;
}

/** Names that the text of headers declares, whether the reader took them or not. */
export interface StandingNames {
  /** By the key of a struct or union: `struct tag`, or the typedef's name of an untagged one. */
  readonly structs: ReadonlyMap<string, Standing>;
  /** Macros and enumerators. */
  readonly constants: ReadonlyMap<string, Standing>;
}

const AGGREGATE = /\b(struct|union)\s+([A-Za-z_]\w*)\s*\{/g;
const ATTRIBUTED = /\b(struct|union)\s+__attribute__\s*\(\([^;{}]{0,80}\)\)\s*([A-Za-z_]\w*)\s*\{/g;
const TYPEDEF_END = /\}[^;{}]{0,80}?\b([A-Za-z_]\w*)\s*;/g;
const MACRO = /^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)/gm;
const ENUM = /\benum\b[\w\s]{0,80}\{([^{}]{0,20000})\}/g;
const ENUMERATOR = /(?:^|,)\s*([A-Za-z_]\w*)/g;

/** Finds declared names in the text alone: a condition that leaves them out, or a type that nobody knows, hides none. */
export function standingNames(tree: HeaderTree): StandingNames {
  const structs = new Map<string, Standing>();
  const constants = new Map<string, Standing>();
  const note = (into: Map<string, Standing>, name: string, file: string, offset: number): void => {
    if (!into.has(name)) into.set(name, { file, offset });
  };
  for (const [file, whole] of tree.files) {
    const text = withoutComments(whole);
    for (const pattern of [AGGREGATE, ATTRIBUTED])
      for (const { 1: kind, 2: tag, index } of text.matchAll(pattern))
        note(structs, `${kind} ${tag}`, file, index);
    for (const { 1: name, index } of text.matchAll(TYPEDEF_END)) note(structs, name, file, index);
    for (const { 1: name, index } of text.matchAll(MACRO)) note(constants, name, file, index);
    for (const { 0: all, 1: body, index } of text.matchAll(ENUM))
      for (const inside of body.matchAll(ENUMERATOR))
        note(constants, inside[1], file, index + all.length - body.length - 1 + inside.index);
  }
  return { structs, constants };
}

/** Why each name that stands in a tree is in no model of it, after the place where that shows. */
export function reasonsUnread(
  standing: ReadonlyMap<string, Standing>,
  tree: HeaderTree,
  result: ReadResult,
): Record<string, string> {
  const sources = new Map<string, SourceFile>();
  const lineOf = ({ file, offset }: Standing): number => {
    const source = sources.get(file) ?? makeSourceFile(file, tree.files.get(file) ?? "");
    sources.set(file, source);
    return lineAt(source, offset);
  };
  const unmodelled = new Map(result.abi.unmodelled.map((entry) => [entry.name, entry]));
  const reasons: Record<string, string> = {};
  for (const [name, at] of standing) {
    const unread = unmodelled.get(name);
    reasons[name] =
      unread === undefined
        ? (whyNotReached(at, result) ??
          (Object.hasOwn(result.abi.strings, name)
            ? `${at.file}: a text, and a number in the release`
            : `${at.file}:${lineOf(at)}: without a value there, or taken away again`))
        : `${unread.file}: ${needText(unread.reason)}`;
  }
  return reasons;
}

/** What kept the reader from the place where a name stands. */
function whyNotReached(
  { file, offset }: Standing,
  { skipped, leftOut }: Pick<ReadResult, "skipped" | "leftOut">,
): string | undefined {
  const header = skipped.find((entry) => entry.file === file);
  if (header !== undefined) return `${file}: ${header.reason}`;
  const groups = leftOut.get(file);
  if (groups === undefined) return `${file}: no header that is read includes it`;
  const group = groups[firstWhere(groups.length, (i) => groups[i].to > offset)];
  return group === undefined || group.from > offset
    ? undefined
    : `${file}:${group.line}: ${group.text} leaves it out`;
}

/** The first index for which a condition holds that holds for all after it, too; the count for none. */
function firstWhere(count: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function needText(reason: string): string {
  const [, name] = /^no number: found '([A-Za-z_]\w*)'/.exec(reason) ?? [];
  return name === undefined ? reason : `needs ${name}, which no header here declares`;
}
