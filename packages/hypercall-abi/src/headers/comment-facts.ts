import type { Constant, ConstantGroup, Prototype } from "../model/model.ts";
import type { MarkedComment, ScannedFile } from "./tokens/scan.ts";
import { lineAt } from "./tokens/source-file.ts";

/** What the back-tick comments of the headers state. */
interface CommentFacts {
  readonly prototypes: Readonly<Record<string, Prototype>>;
  readonly groups: Readonly<Record<string, ConstantGroup>>;
}

/** An `enum name {` comment that waits for its `}`. */
interface OpenGroup {
  readonly name: string;
  readonly line: number;
  readonly link: ConstantGroup["link"];
}

/**
 * Reads the comments that Xen marks with back-ticks for its documentation: C prototypes of hypercalls, and "enums" whose
 * members are the macros between an opening and a closing comment.
 */
export function readCommentFacts(
  files: Iterable<ScannedFile>,
  constants: Readonly<Record<string, Constant>>,
): CommentFacts {
  const prototypes: Record<string, Prototype> = {};
  const groups: Record<string, ConstantGroup> = {};
  const byFile = new Map<string, { name: string; line: number }[]>();
  for (const [name, { file, line }] of Object.entries(constants)) {
    if (file === undefined || line === undefined) continue;
    const list = byFile.get(file);
    if (list === undefined) byFile.set(file, [{ name, line }]);
    else list.push({ name, line });
  }
  for (const scanned of files) {
    const { path } = scanned.file;
    let open: OpenGroup | undefined;
    for (const comment of scanned.marked) {
      const text = markedText(scanned, comment);
      readPrototypes(text, scanned, comment, prototypes);
      const line = lineAt(scanned.file, comment.start);
      const starts = openingOf(text, line);
      if (starts !== undefined) open = starts;
      else if (open !== undefined && /^\s*\}\s*$/.test(text)) {
        groups[open.name] = makeGroup(open, path, line, byFile.get(path) ?? []);
        open = undefined;
      }
    }
  }
  return { prototypes, groups };
}

/** The lines of a comment from their back-tick on, as one line. */
function markedText(scanned: ScannedFile, comment: MarkedComment): string {
  const marked: string[] = [];
  for (const line of scanned.file.text.slice(comment.start, comment.end).split("\n")) {
    const text = line
      .trim()
      .replace(/^(?:\/\*|\*(?!\/))/, "")
      .trimStart();
    if (text === "`" || text.startsWith("` ")) marked.push(text.slice(1).replace(/\*\/$/, "").trim());
  }
  return marked.join(" ");
}

/** Characters looked at before a group's `{` and after it; real ones take under a hundred. */
const groupTextMax = 500;

/** A comment that opens a group and does not close it. */
function openingOf(text: string, line: number): OpenGroup | undefined {
  const brace = text.lastIndexOf("{");
  if (brace < 0 || text.includes("}", brace)) return undefined;
  const name = /(?:^|\s)enum\s+(\w+)\s*$/.exec(text.slice(Math.max(0, brace - groupTextMax), brace))?.[1];
  if (name === undefined) return undefined;
  const link = /\/\/\s*(\S+)\s*=>\s*(\S.*)$/.exec(text.slice(brace + 1, brace + groupTextMax).trim());
  return { name, line, link: link === null ? undefined : { from: link[1], to: link[2] } };
}

function makeGroup(
  open: OpenGroup,
  file: string,
  end: number,
  constants: readonly { readonly name: string; readonly line: number }[],
): ConstantGroup {
  const inside = constants.filter((c) => c.line > open.line && c.line < end);
  const members = inside.sort((a, b) => a.line - b.line).map((c) => c.name);
  const { line, link } = open;
  return link === undefined ? { file, line, members } : { file, line, members, link };
}

function readPrototypes(
  text: string,
  scanned: ScannedFile,
  comment: MarkedComment,
  into: Record<string, Prototype>,
): void {
  for (const match of text.matchAll(/([A-Za-z_][\w\s*]{0,60}?)?\bHYPERVISOR_(\w+)\s*\(([^)]{0,2000})\)/g)) {
    const [, returns, name, parameters] = match;
    const at = scanned.file.text.indexOf(`HYPERVISOR_${name}`, comment.start);
    into[name] = {
      returns: (returns ?? "").trim() || "int",
      parameters: parameters.split(",").map(readParameter),
      file: scanned.file.path,
      line: lineAt(scanned.file, at),
    };
  }
}

function readParameter(text: string): { type: string; name: string } {
  const plain = text.trim().replace(/\s+/g, " ");
  const match = /^(.*[\s*])([A-Za-z_]\w*)\s*(\[\s*\])?$/.exec(plain);
  if (match === null) return { type: plain, name: "" };
  return { type: `${match[1].trim()}${match[3] === undefined ? "" : " []"}`, name: match[2] };
}
