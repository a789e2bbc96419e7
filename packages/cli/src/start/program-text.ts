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
  const text = bundle.toString("latin1", bundle.lastIndexOf(mark) + mark.length);
  // Of all ways to replace a character thousands of times the fastest.
  return text.split(XGT_LINE_END).join("\n");
}
