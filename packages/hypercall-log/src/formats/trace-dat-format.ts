import { TRACE_FORMAT_MEMBERS_MAX } from "../limits.ts";

/** A member of an event's record. */
export interface FormatMember {
  readonly name: string;
  /** C type, without the name: `u64`, `__data_loc char[]`. */
  readonly type: string;
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
}

/** An event as tracefs describes it in its `format` file. */
export interface EventFormat {
  readonly name: string;
  readonly id: number;
  readonly members: readonly FormatMember[];
}

const NAME = /^name: (\S+)$/m;
const ID = /^ID: (\d{1,5})$/m;
const MEMBER = /^\s*field:\s?([^;]*);\s*offset:(\d{1,6});\s*size:(\d{1,6});(?:\s*signed:([01]);)?/gm;
/** A declaration's end: the name, and the length of an array. */
const DECLARATION = /^(.*?)\s*\b(\w+)\s*(\[[^\]]*\])?$/;

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
    const parts = DECLARATION.exec(declaration);
    if (parts === null) continue;
    members.push({
      name: parts[2],
      type: `${parts[1]}${parts[3] ?? ""}`,
      offset: Number(offset),
      size: Number(size),
      signed: signed === "1",
    });
    if (members.length === TRACE_FORMAT_MEMBERS_MAX) break;
  }
  return members;
}
