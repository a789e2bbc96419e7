import type { Change } from "../diff/change.ts";
import { compareStructs, isIdlePadding } from "../diff/compare-structs.ts";
import type { Abi } from "../model/model.ts";

/** Whether a change of a struct leaves every byte what it was: members have other names, or padding is cut otherwise. */
export function isSameBytes({ subject, change, size, fields = [] }: Change): boolean {
  if (subject !== "struct" || change !== "changed") return false;
  return size === undefined && fields.every((field) => field.change === "renamed" || isIdlePadding(field));
}

/** The same bytes; members may have other names. */
export function sameStruct(release: Abi, copy: Abi, key: string): boolean {
  const comparison = compareStructs(release, key, copy, key);
  if (comparison === undefined) return true;
  const [before, after] = comparison.size;
  return (
    before === after &&
    comparison.fields.every((f) => f.change === "renamed" || f.change === "retyped" || isIdlePadding(f))
  );
}
