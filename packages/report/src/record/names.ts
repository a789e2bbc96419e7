import { NAMES_MAX } from "../limits.ts";

/** The names of one page, each once. Beyond NAMES_MAX all new ones share one. */
export class Names {
  /** By index. */
  readonly list: string[] = [];
  private readonly indices = new Map<string, number>();

  /** Index of a name; -1 for an empty one. */
  of(name: string): number {
    if (name === "") return -1;
    const known = this.indices.get(name);
    if (known !== undefined) return known;
    if (this.list.length > NAMES_MAX) return NAMES_MAX;
    const index = this.list.length;
    this.list.push(index === NAMES_MAX ? "(many names)" : name);
    this.indices.set(name, index);
    return index;
  }
}
