import type { Change, ChangeGroup, FieldChange } from "./change.ts";

/**
 * Finds changes that one macro made in several structs at once: the same thing happened to a member that the macro wrote a
 * part of, e.g. every ring's last array lost its length.
 */
export function groupByMacro(changes: readonly Change[]): ChangeGroup[] {
  const found = new Map<string, { macro: string; what: string; members: Change[] }>();
  for (const change of changes) {
    if (change.subject !== "struct" || change.change !== "changed" || change.because !== undefined) continue;
    const fields = (change.fields ?? []).filter((f) => f.change !== "renamed" && f.change !== "retyped");
    const kinds = new Set(fields.map(whatHappened));
    if (fields.length === 0 || kinds.size !== 1) continue;
    // The outermost macro that all the changed members share says most: it comes last in the list.
    const macro = (fields[0].macros ?? []).filter((m) => fields.every((f) => f.macros?.includes(m))).at(-1);
    if (macro === undefined) continue;
    const what = whatHappened(fields[0]);
    const key = `${macro}\n${what}\n${change.impact.guest}\n${change.impact.tools}`;
    const group = found.get(key);
    if (group === undefined) found.set(key, { macro, what, members: [change] });
    else group.members.push(change);
  }
  const groups: ChangeGroup[] = [];
  for (const { macro, what, members } of found.values()) {
    if (members.length < 2) continue;
    groups.push({ macro, what, names: members.map((m) => m.name), impact: members[0].impact });
  }
  return groups;
}

function whatHappened(field: FieldChange): string {
  const dimensions = (type: string | undefined): string => /(?:\[[0-9]*\])*$/.exec(type ?? "")?.[0] ?? "";
  if (field.change !== "array") return `a member was ${field.change}`;
  return `an array ${dimensions(field.before?.type)} became ${dimensions(field.after?.type)}`;
}
