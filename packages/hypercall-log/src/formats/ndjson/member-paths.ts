import type { HalfShape } from "../../events/argument-shape.ts";

/** Members of every line about a call that say which call it is, by whom and when. */
export const callMembers: readonly string[] = ["t", "id", "ev", "cpu", "pid", "comm", "via", "nr", "cmd"];

/** Members that a line has of its own: a result of the same name cannot stand beside them. */
const LINE_MEMBERS: ReadonlySet<string> = new Set([
  ...callMembers,
  "args",
  "domid",
  "ret",
  "ops",
  "multicall",
  "entry",
]);

/** Where a scalar or a list stands in the JSON of a half: the keys from the outer object inwards; null: nowhere. */
export type MemberPath = readonly string[] | null;

/** Paths of the members of one half of a call, in the order of the shape. */
export interface HalfPaths {
  readonly fields: readonly MemberPath[];
  readonly lists: readonly MemberPath[];
}

/**
 * Paths inside `args`, inside an entry of `ops`, or (results of an op without rows) on the exit line itself. There
 * exchange's `out` list is called `extents`, and what is named like a member of every line has no place.
 */
export function pathsOf(half: HalfShape, place: "args" | "row" | "line"): HalfPaths {
  const pathOf = (name: string): MemberPath => {
    if (place !== "line") return name.split(".");
    const plain = name.replace(/^out\./, "");
    return LINE_MEMBERS.has(plain) ? null : [plain];
  };
  return {
    fields: half.fields.map((field) => pathOf(field.name)),
    lists: half.lists.map((list) => pathOf(list.name)),
  };
}
