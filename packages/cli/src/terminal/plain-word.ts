import { shellWord } from "@xgt/findings";

/** A text as a word of a shell, quoted only where it must be: "run.jsonl", "'a log.jsonl'". */
export function plainWord(text: string): string {
  return /^[\w./:=,@%+][\w./:=,@%+-]*$/.test(text) ? text : shellWord(text);
}
