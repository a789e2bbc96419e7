import type { FtraceFields, WordList } from "../probes/ftrace-fields.ts";

/** Notes whether a tool prints arrays at all: libtraceevent prints each of their elements as zero. */
export class ArrayWatch {
  private events = 0;
  private hasWord = false;

  see({ args, list, words }: FtraceFields): void {
    if (this.hasWord || args.length + list.length + words.length === 0) return;
    this.events++;
    this.hasWord = holdsWord(args) || holdsWord(list) || holdsWord(words);
  }

  /** Events with arrays, none of which has a word that is not zero; 0: there is one. */
  get blank(): number {
    return this.hasWord ? 0 : this.events;
  }
}

function holdsWord({ words, length }: WordList): boolean {
  for (let i = 0; i < 2 * length; i++) if (words[i] !== 0) return true;
  return false;
}
