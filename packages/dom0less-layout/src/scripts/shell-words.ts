import { EXPANSION_MAX } from "../limits.ts";

/** A word of a shell line as U-Boot and bash cut it, without its quotes. */
export interface ShellWord {
  readonly text: string;
  /** Stood between quotes, so that blanks, < and [ in it mean nothing. */
  readonly quoted: boolean;
}

/** Closing bracket of a list of cells or bytes, which is one word with the blanks in it. */
const CLOSING: Readonly<Record<string, string>> = { "<": ">", "[": "]" };

/**
 * The words of a line. `variables` replaces $name and ${name}; an unknown one stays as it is. Inside of < > and [ ] blanks
 * separate nothing.
 */
export function shellWords(line: string, variables: ReadonlyMap<string, string>): ShellWord[] {
  const words: ShellWord[] = [];
  let at = 0;
  while (at < line.length) {
    while (at < line.length && /\s/.test(line[at])) at++;
    if (at >= line.length || line[at] === "#") break;
    const { word, next } = readWord(line, at, variables);
    words.push(word);
    at = next;
  }
  return words;
}

function readWord(
  line: string,
  start: number,
  variables: ReadonlyMap<string, string>,
): { word: ShellWord; next: number } {
  let text = "";
  let quoted = false;
  let at = start;
  const closing = CLOSING[line[at]];
  if (closing !== undefined) {
    const end = line.indexOf(closing, at);
    const stop = end < 0 ? line.length : end + 1;
    return { word: { text: expanded(line.slice(at, stop), variables), quoted: false }, next: stop };
  }
  while (at < line.length && !/\s/.test(line[at])) {
    const char = line[at];
    if (char === '"' || char === "'") {
      const { content, next } = quotedPart(line, at, variables);
      text += content;
      quoted = true;
      at = next;
    } else if (char === "\\") {
      text += line[at + 1] ?? "";
      at += 2;
    } else {
      const end = at + (/^(?:[^\s"'\\])+/.exec(line.slice(at))?.[0].length ?? 1);
      text += expanded(line.slice(at, end), variables);
      at = end;
    }
  }
  return { word: { text, quoted }, next: at };
}

function quotedPart(
  line: string,
  start: number,
  variables: ReadonlyMap<string, string>,
): { content: string; next: number } {
  const quote = line[start];
  let raw = "";
  let content = "";
  let at = start + 1;
  for (; at < line.length && line[at] !== quote; at++) {
    if (line[at] === "\\" && quote === '"' && at + 1 < line.length) {
      content += expanded(raw, variables) + line[++at];
      raw = "";
    } else {
      raw += line[at];
    }
  }
  return { content: content + (quote === '"' ? expanded(raw, variables) : raw), next: at + 1 };
}

/** Variables whose values would make the text too long stay as they stand, as unknown ones do: scripts may double them at will. */
function expanded(text: string, variables: ReadonlyMap<string, string>): string {
  let added = 0;
  return text.replace(/\$(?:\{(\w{1,64})\}|(\w{1,64}))/g, (whole, a, b) => {
    const value = variables.get(a ?? b);
    if (value === undefined || added + value.length > EXPANSION_MAX) return whole;
    added += value.length;
    return value;
  });
}
