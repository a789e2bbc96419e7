import { structKey } from "../model/field-of.ts";
import type { Abi, Constant, Place, Struct } from "../model/model.ts";
import type { Change, Impact } from "./change.ts";
import { compareConstants } from "./compare-constants.ts";
import { compareMacros } from "./compare-macros.ts";
import { compareStructs, type StructComparison } from "./compare-structs.ts";
import type { InterfaceVersions } from "./interface-versions.ts";

/** A change as one audience sees it. */
export type ViewChange = Omit<Change, "impact"> & { readonly impact: Impact };

/** All that changed from one model to another of the same mode. `versions` are those of the older one. */
export function diffView(old: Abi, now: Abi, versions: InterfaceVersions): ViewChange[] {
  return [
    ...structChanges(old, now, versions),
    ...constantChanges(old, now),
    ...stringChanges(old, now),
    ...typedefChanges(old, now),
    ...compareMacros(old, now),
  ];
}

function structChanges(old: Abi, now: Abi, versions: InterfaceVersions): ViewChange[] {
  const comparisons = new Map<string, StructComparison>();
  const removed: string[] = [];
  for (const key of Object.keys(old.structs)) {
    if (!Object.hasOwn(now.structs, key)) removed.push(key);
    else {
      const comparison = compareStructs(old, key, now, key);
      if (comparison !== undefined) comparisons.set(key, comparison);
    }
  }
  const added = new Set(Object.keys(now.structs).filter((key) => !Object.hasOwn(old.structs, key)));
  const changes: ViewChange[] = [];
  for (const [name, comparison] of comparisons) {
    changes.push(layoutChange(name, comparison, old, now, comparisons, versions));
  }
  for (const name of removed) {
    const before = placeOf(old.structs[name]);
    const to = [...added].find((key) => isSameStruct(old, name, now, key));
    if (to === undefined) {
      changes.push({
        subject: "struct",
        change: "removed",
        name,
        impact: "breaking",
        before,
      });
    } else {
      added.delete(to);
      changes.push({
        subject: "struct",
        change: "renamed",
        name,
        to,
        impact: "compatible",
        before,
        after: placeOf(now.structs[to]),
      });
    }
  }
  for (const name of added) {
    changes.push({
      subject: "struct",
      change: "added",
      name,
      impact: "compatible",
      after: placeOf(now.structs[name]),
    });
  }
  return changes;
}

function layoutChange(
  name: string,
  comparison: StructComparison,
  old: Abi,
  now: Abi,
  all: ReadonlyMap<string, StructComparison>,
  versions: InterfaceVersions,
): ViewChange {
  const { fields, size, impact, note, layoutChanged } = comparison;
  const because = [
    ...new Set(fields.flatMap((f) => (f.holds === undefined || !all.has(f.holds) ? [] : [f.holds]))),
  ];
  const version = versions.of(name);
  const value = version === undefined ? undefined : old.constants[version]?.value;
  const silent = layoutChanged && version !== undefined && value === now.constants[version]?.value;
  return {
    subject: "struct",
    change: "changed",
    name,
    impact,
    before: placeOf(old.structs[name]),
    after: placeOf(now.structs[name]),
    ...(size[0] === size[1] ? {} : { size }),
    fields,
    ...(because.length > 0 ? { because } : {}),
    ...(note === undefined ? {} : { note }),
    ...(silent ? { silent: { constant: version, value: value } } : {}),
  };
}

/** The same members at the same places under another name: a rename, if the struct says more than one thing. */
function isSameStruct(old: Abi, oldKey: string, now: Abi, newKey: string): boolean {
  const a = old.structs[oldKey];
  const b = now.structs[newKey];
  if (a.kind !== b.kind || a.size !== b.size || a.fields.length < 2 || a.fields.length !== b.fields.length)
    return false;
  return a.fields.every((f, i) => {
    const g = b.fields[i];
    return f.path === g.path && f.offset === g.offset && f.size === g.size;
  });
}

function placeOf(struct: Struct | Place): Place {
  return { file: struct.file, line: struct.line };
}

function constantChanges(old: Abi, now: Abi): ViewChange[] {
  return compareConstants(old.constants, now.constants).map((c): ViewChange => {
    const changedType = c.before !== undefined && c.after !== undefined && c.before.type !== c.after.type;
    return {
      subject: "constant",
      change: c.change,
      name: c.name,
      ...(c.to === undefined ? {} : { to: c.to }),
      impact: c.impact,
      ...placed("before", c.before),
      ...placed("after", c.after),
      value: [c.before?.value ?? null, c.after?.value ?? null],
      ...(changedType ? { type: [c.before.type, c.after.type] as const } : {}),
      ...(c.note === undefined ? {} : { note: c.note }),
    };
  });
}

/** Where a constant stands on one side; nothing where it is absent or made by no header. */
function placed(
  side: "before" | "after",
  constant: Constant | undefined,
): Partial<Record<typeof side, Place>> {
  if (constant?.file === undefined || constant.line === undefined) return {};
  return { [side]: { file: constant.file, line: constant.line } };
}

function stringChanges(old: Abi, now: Abi): ViewChange[] {
  const changes: ViewChange[] = [];
  for (const name of new Set([...Object.keys(old.strings), ...Object.keys(now.strings)])) {
    const before = old.strings[name] ?? null;
    const after = now.strings[name] ?? null;
    if (before === after) continue;
    const change = before === null ? "added" : after === null ? "removed" : "changed";
    const impact = change === "added" ? "compatible" : "breaking";
    changes.push({ subject: "string", change, name, impact, value: [before, after] });
  }
  return changes;
}

/** Typedefs whose size changed, or that went away although what they name is still there. */
function typedefChanges(old: Abi, now: Abi): ViewChange[] {
  const changes: ViewChange[] = [];
  for (const [name, before] of Object.entries(old.typedefs)) {
    const after = Object.hasOwn(now.typedefs, name) ? now.typedefs[name] : undefined;
    const base = { subject: "typedef", name, before: placeOf(before) } as const;
    if (after === undefined) {
      // Gone with its struct: the struct's own line says so.
      if (/^(?:struct|union|enum) /.test(before.target) && !Object.hasOwn(now.structs, before.target))
        continue;
      const note = "another name for the same type; the bytes are unchanged";
      changes.push({ ...base, change: "removed", impact: "compatible", note });
    } else if (after.size !== before.size && structKey(old, name) === undefined) {
      const size = [before.size, after.size] as const;
      changes.push({ ...base, change: "changed", impact: "breaking", after: placeOf(after), size });
    }
  }
  return changes;
}
