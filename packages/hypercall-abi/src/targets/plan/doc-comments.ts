import type { HeaderTree } from "../../headers/preprocess/header-tree.ts";
import { DOC_LINES_MAX } from "../../limits.ts";

interface Comment {
  readonly first: number;
  readonly last: number;
  /** Nothing but blanks stands before it on its line. */
  readonly alone: boolean;
  readonly text: string;
}

/**
 * Finds the comment of a declaration in a user's own headers: behind it on its line, or right above it. For the bundled
 * models there is none: they hold facts, not Xen's texts.
 */
export function docComments(tree: HeaderTree): (file: string, line: number) => readonly string[] {
  const read = new Map<string, ReadonlyMap<number, Comment>>();
  return (file, line) => {
    let comments = read.get(file);
    if (comments === undefined) {
      comments = byLine(commentsOf(tree.files.get(file) ?? ""));
      read.set(file, comments);
    }
    const behind = comments.get(line);
    if (behind !== undefined && !behind.alone && behind.first === line) return textLines(behind.text);
    const above = comments.get(line - 1);
    return above?.alone ? textLines(above.text) : [];
  };
}

/** Comments by their last line; of one behind code also by its first. */
function byLine(comments: readonly Comment[]): Map<number, Comment> {
  const lines = new Map<number, Comment>();
  for (const comment of comments) {
    lines.set(comment.last, comment);
    if (!comment.alone) lines.set(comment.first, comment);
  }
  return lines;
}

/** Comments, and what may look like one but is none: strings and characters. */
const pieces = /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;

function commentsOf(text: string): Comment[] {
  const comments: Comment[] = [];
  let line = 1;
  let from = 0;
  for (const match of text.matchAll(pieces)) {
    line += lineFeeds(text, from, match.index);
    from = match.index;
    if (!match[0].startsWith("/")) continue;
    const before = text.slice(text.lastIndexOf("\n", match.index - 1) + 1, match.index);
    const last = line + lineFeeds(match[0], 0, match[0].length);
    comments.push({ first: line, last, alone: before.trim() === "", text: match[0] });
  }
  return comments;
}

function lineFeeds(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** What a comment says, line by line, without its marks; no blank line at its ends, and no two in a row. */
function textLines(comment: string): string[] {
  const inner = comment.startsWith("//")
    ? comment.slice(2)
    : comment.replace(/^\/\*+/, "").replace(/\*+\/$/, "");
  const lines = inner.split("\n").map((line) => line.replace(/^\s*\*?\s?/, "").trim());
  const kept = lines.filter((line, i) => line !== "" || (i > 0 && lines[i - 1] !== ""));
  while (kept[0] === "") kept.shift();
  while (kept.at(-1) === "") kept.pop();
  return kept.slice(0, DOC_LINES_MAX);
}
