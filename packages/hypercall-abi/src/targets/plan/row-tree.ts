import type { Field } from "../../model/model.ts";

/** A field row with the rows of what is inside it, where its type has no name. */
export interface RowNode {
  /** The model's row. */
  readonly row: Field;
  /** The same row in the model that assertions are made from. */
  readonly asserted: Field;
  /** Rows of an unnamed struct or union; empty for other members. */
  readonly inside: readonly RowNode[];
}

/** Field rows as a tree. `asserted` are the same aggregate's rows in another model, found by path. */
export function rowTree(
  rows: readonly Field[],
  asserted: readonly Field[],
  kind: "struct" | "union",
): RowNode[] {
  const known = new Map(keyed(asserted).map(([key, row]) => [key, row]));
  const all = keyed(rows).map(([key, row]) => ({ row, asserted: known.get(key) ?? row }));
  return new TreeReader(all).level("", kind, all.length);
}

/** Rows by path; unnamed members have none, so they are counted. */
function keyed(rows: readonly Field[]): [string, Field][] {
  let unnamed = 0;
  return rows.map((row) => [row.anonymous ? `<anon> ${unnamed++}` : row.path, row]);
}

type Pair = Omit<RowNode, "inside">;

class TreeReader {
  private at = 0;
  private readonly pairs: readonly Pair[];

  constructor(pairs: readonly Pair[]) {
    this.pairs = pairs;
  }

  /** The members below a prefix, up to row number `end`. */
  level(prefix: string, kind: "struct" | "union", end: number): RowNode[] {
    const nodes: RowNode[] = [];
    while (this.at < end) {
      const pair = this.pairs[this.at];
      const { row } = pair;
      if (!row.anonymous && !row.path.startsWith(prefix)) break;
      this.at++;
      const inner = /^(struct|union) <anonymous>/.exec(row.type)?.[1] as "struct" | "union" | undefined;
      if (inner === undefined) {
        nodes.push({ ...pair, inside: [] });
      } else if (row.anonymous) {
        nodes.push({ ...pair, inside: this.level(prefix, inner, this.endOfUnnamed(pair, inner, kind, end)) });
      } else {
        const below = row.array === undefined ? `${row.path}.` : `${row.path}[].`;
        nodes.push({ ...pair, inside: this.level(below, inner, end) });
      }
    }
    return nodes;
  }

  /**
   * An unnamed member adds nothing to the paths, so what is inside is told by where it lies. Inside a union the next
   * member lies where the unnamed one does: there a struct ends where offsets fall back, and a union takes what follows,
   * which has the same layout.
   */
  private endOfUnnamed(pair: Pair, inner: string, outer: string, limit: number): number {
    // Models of older versions of this program do not say it.
    if (pair.row.inside !== undefined) return Math.min(limit, this.at + pair.row.inside);
    const start = pair.row.offset * 8;
    const end = start + pair.row.size * 8;
    let last = start;
    for (let i = this.at; i < limit; i++) {
      const { row } = this.pairs[i];
      const bit = row.bitOffset ?? row.offset * 8;
      if (bit < start || bit + (row.bitWidth ?? row.size * 8) > end) return i;
      if (outer === "struct" && bit >= end) return i;
      if (inner === "struct" && (bit < last || (i > this.at && bit === start))) return i;
      last = bit;
    }
    return limit;
  }
}
