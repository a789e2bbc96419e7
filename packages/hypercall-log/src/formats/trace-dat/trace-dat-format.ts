import { TRACE_FORMAT_MEMBERS_MAX } from "../../limits.ts";

/** A member of an event's record. */
export interface FormatMember {
  readonly name: string;
  /** C type, without the name: `u64`, `__data_loc char[]`. */
  readonly type: string;
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
}

const NAME = /^name: (\S+)$/m;
const ID = /^ID: (\d{1,5})$/m;
/** A line. No part of it may match a newline: runs of lines would be gone through from each of them anew. */
const MEMBER =
  /^[ \t]*field:[ \t]?([^;\n]*);[ \t]*offset:(\d{1,6});[ \t]*size:(\d{1,6});(?:[ \t]*signed:([01]);)?/gm;
const WORD_CHARACTER = /\w/;

/** Name and number of an event by its description; null where that is none. */
export function formatHead(text: string): { readonly name: string; readonly id: number } | null {
  const name = NAME.exec(text);
  const id = ID.exec(text);
  return name === null || id === null ? null : { name: name[1], id: Number(id[1]) };
}

/** Members by their description; at most TRACE_FORMAT_MEMBERS_MAX. */
export function formatMembers(text: string): FormatMember[] {
  const members: FormatMember[] = [];
  for (const [, declaration, offset, size, signed] of text.matchAll(MEMBER)) {
    const parts = declarationParts(declaration);
    if (parts === null) continue;
    members.push({
      ...parts,
      offset: Number(offset),
      size: Number(size),
      signed: signed === "1",
    });
    if (members.length === TRACE_FORMAT_MEMBERS_MAX) break;
  }
  return members;
}

/** A C declaration: the name before its end or the length of an array, and the type; null where there is no name. */
function declarationParts(text: string): { readonly name: string; readonly type: string } | null {
  const isArray = text.endsWith("]");
  const lengthAt = isArray ? text.lastIndexOf("[") : text.length;
  if (lengthAt < 0 || (isArray && text.indexOf("]", lengthAt) < text.length - 1)) return null;
  const before = text.slice(0, lengthAt).trimEnd();
  let nameAt = before.length;
  while (nameAt > 0 && WORD_CHARACTER.test(before[nameAt - 1])) nameAt--;
  if (nameAt === before.length) return null;
  return { name: before.slice(nameAt), type: `${before.slice(0, nameAt).trimEnd()}${text.slice(lengthAt)}` };
}
