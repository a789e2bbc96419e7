import { STRINGS_MAX } from "../limits.ts";

/** Interned strings of one run: task names, devices, marks. Columns hold their indices. */
export class StringTable {
  private readonly strings: string[] = [];
  private readonly indices = new Map<string, number>();

  /** Index of a string. Beyond STRINGS_MAX different ones, all new ones share one index. */
  intern(text: string): number {
    let index = this.indices.get(text);
    if (index !== undefined) return index;
    if (this.strings.length >= STRINGS_MAX) return this.overflow();
    index = this.strings.length;
    this.strings.push(text);
    this.indices.set(text, index);
    return index;
  }

  /** The string of an index, or an empty one for -1. */
  get(index: number): string {
    return this.strings[index] ?? "";
  }

  private overflow(): number {
    if (this.strings.length === STRINGS_MAX) this.strings.push("(many names)");
    return STRINGS_MAX;
  }
}
