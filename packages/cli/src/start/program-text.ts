import { readFileSync } from "node:fs";

// What bundle.mjs puts in the place of these names.
/** What the comment that holds the program begins with, at the end of the bundle, on a line of its own. */
declare const XGT_PROGRAM_MARK: string;
/** Stands for each line end of the program's text there. */
declare const XGT_LINE_END: string;
/** 16 hexadecimal digits, another text's in no case that matters. */
declare const XGT_PROGRAM_HASH: string;

/** Tells the program of one bundle from those of others. */
export const programHash: string = XGT_PROGRAM_HASH;

/** The program that lies in the bundle `path`, a function of `require`: ASCII. */
export function programText(path: string): string {
  const bundle = readFileSync(path);
  const mark = `\n${XGT_PROGRAM_MARK}`;
  const text = bundle.subarray(bundle.lastIndexOf(mark) + mark.length);
  const lineEnd = XGT_LINE_END.charCodeAt(0);
  for (let at = text.indexOf(lineEnd); at >= 0; at = text.indexOf(lineEnd, at + 1)) text[at] = NEWLINE;
  return text.toString("latin1");
}

const NEWLINE = 0x0a;
