import type { Change, FieldChange } from "../diff/change.ts";
import { compareStructs, isIdlePadding } from "../diff/compare-structs.ts";
import type { Abi } from "../model/model.ts";
import { withUnions } from "./copied-unions.ts";

/** Whether a change of a struct leaves every byte what it was: members have other names, padding is cut otherwise, a union is one member. */
export function isSameBytes({ subject, change, size, fields = [] }: Change): boolean {
  if (subject !== "struct" || change !== "changed") return false;
  return size === undefined && fields.every(isSamePlace);
}

/** The same bytes; members may have other names, and so may the struct itself in the copy. */
export function sameStruct(release: Abi, copy: Abi, key: string, copyKey = key): boolean {
  const comparison = compareStructs(release, key, copy, copyKey);
  if (comparison === undefined) return true;
  const [before, after] = comparison.size;
  return (
    before === after &&
    withUnions(comparison.fields, release, key, copy, copyKey).every(
      (f) => f.change === "retyped" || isSamePlace(f),
    )
  );
}

function isSamePlace(field: FieldChange): boolean {
  return field.change === "renamed" || field.change === "flattened" || isIdlePadding(field);
}
