import type { Abi } from "../model/model.ts";
import type { AbiDiff, Change, ChangeGroup, Impact, Impacts } from "./change.ts";
import { diffView, type ViewChange } from "./diff-view.ts";
import { groupByMacro } from "./group-changes.ts";
import { InterfaceVersions } from "./interface-versions.ts";

/** One release on one architecture, as one audience or both see it. */
export interface AbiViews {
  /** The toolstack's view. */
  readonly tools?: Abi;
  /** The guest's view. */
  readonly guest?: Abi;
}

/** Two interfaces have no view in common. */
export class ViewMismatchError extends Error {
  override readonly name = "ViewMismatchError";
}

/**
 * All that changed from one interface to another, in each view that both have: what moves out of or into the tools' part of
 * the headers changes for guests alone. The two must be of one architecture. Throws ViewMismatchError.
 */
export function diffAbi(before: AbiViews, after: AbiViews): AbiDiff {
  const tools = before.tools && after.tools ? ([before.tools, after.tools] as const) : undefined;
  const guest = before.guest && after.guest ? ([before.guest, after.guest] as const) : undefined;
  const pair = tools ?? guest;
  if (pair === undefined)
    throw new ViewMismatchError("a guest's view has nothing to be compared with a tools' view for");
  const changes = merged(
    tools && diffView(...tools, new InterfaceVersions(tools[0], before.guest)),
    guest && diffView(...guest, new InterfaceVersions(guest[0])),
    tools,
  );
  const groups = groupByMacro(changes);
  const [old, now] = pair;
  return {
    version: 1,
    arch: now.arch,
    before: { xen: old.xen, interfaceVersion: old.interfaceVersion },
    after: { xen: now.xen, interfaceVersion: now.interfaceVersion },
    changes,
    groups,
    summary: summaryOf(changes, groups, { guest: guest !== undefined, tools: tools !== undefined }),
  };
}

const subjects: readonly Change["subject"][] = ["struct", "constant", "string", "typedef", "macro"];

/** One change where both views have the same, one for each where they have not. */
function merged(
  tools: readonly ViewChange[] = [],
  guest: readonly ViewChange[] = [],
  toolsViews: readonly [Abi, Abi] | undefined,
): Change[] {
  const waiting = new Map(guest.map((change) => [keyOf(change), change]));
  const changes: Change[] = [];
  for (const change of tools) {
    const key = keyOf(change);
    const same = waiting.get(key);
    waiting.delete(key);
    changes.push({ ...change, impact: { guest: same?.impact ?? null, tools: change.impact } });
  }
  for (const change of waiting.values()) {
    const crossed = toolsViews?.every((abi) => declares(abi, change)) ? { crossed: true as const } : {};
    changes.push({ ...change, impact: { guest: change.impact, tools: null }, ...crossed });
  }
  return changes.sort((a, b) => subjects.indexOf(a.subject) - subjects.indexOf(b.subject));
}

/** What makes two views' changes the same one. */
function keyOf({ subject, change, name, to, size, fields, value, type }: ViewChange): string {
  return JSON.stringify([subject, change, name, to, size, fields, value, type]);
}

function declares(abi: Abi, { subject, name }: ViewChange): boolean {
  switch (subject) {
    case "struct":
      return Object.hasOwn(abi.structs, name);
    case "constant":
      return Object.hasOwn(abi.constants, name);
    case "string":
      return Object.hasOwn(abi.strings, name);
    case "typedef":
      return Object.hasOwn(abi.typedefs, name);
    case "macro":
      return abi.unmodelled.some((u) => u.name === name);
  }
}

function summaryOf(
  changes: readonly Change[],
  groups: readonly ChangeGroup[],
  compared: { readonly guest: boolean; readonly tools: boolean },
): AbiDiff["summary"] {
  const grouped = new Set(groups.flatMap((g) => g.names));
  const units: readonly { readonly impact: Impacts }[] = [
    ...groups,
    ...changes.filter((c) => c.subject !== "struct" || !grouped.has(c.name)),
  ];
  const count = (who: keyof Impacts, what: Impact): number | null =>
    compared[who] ? units.filter((c) => c.impact[who] === what).length : null;
  return {
    breaking: { guest: count("guest", "breaking"), tools: count("tools", "breaking") },
    compatible: { guest: count("guest", "compatible"), tools: count("tools", "compatible") },
    silent: changes.filter((c) => c.silent !== undefined).length,
  };
}
