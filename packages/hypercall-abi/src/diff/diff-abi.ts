import { structKey } from "../model/field-of.ts";
import type { Abi, Constant, Place, Struct } from "../model/model.ts";
import type { AbiDiff, Change, ChangeGroup, Impact, Impacts } from "./change.ts";
import { compareConstants } from "./compare-constants.ts";
import { compareStructs, type StructComparison } from "./compare-structs.ts";
import { groupByMacro } from "./group-changes.ts";
import { InterfaceVersions } from "./interface-versions.ts";

/** One release on one architecture: the toolstack's view and, where there is one, the guest's. */
export interface AbiViews {
  readonly tools?: Abi;
  readonly guest?: Abi;
}

/** All that changed from one interface to another. The two must be of one architecture. */
export function diffAbi(before: AbiViews, after: AbiViews): AbiDiff {
  const old = before.tools ?? before.guest;
  const now = after.tools ?? after.guest;
  if (old === undefined || now === undefined) throw new TypeError("diffAbi needs a model on each side");
  const audience = audienceOf(before, after);
  const structs = structChanges(old, now, audience);
  const changes: Change[] = [
    ...structs,
    ...constantChanges(old, now, audience),
    ...stringChanges(old, now, audience),
    ...typedefChanges(old, now, audience),
  ];
  const groups = groupByMacro(changes);
  return {
    version: 1,
    arch: now.arch,
    before: { xen: old.xen, interfaceVersion: old.interfaceVersion },
    after: { xen: now.xen, interfaceVersion: now.interfaceVersion },
    changes,
    groups,
    summary: summaryOf(changes, groups),
  };
}

type Section = "structs" | "constants" | "strings" | "typedefs";
/** Spreads an impact over those who see a declaration. */
type Audience = (section: Section, names: readonly string[], impact: Impact) => Impacts;

function audienceOf(before: AbiViews, after: AbiViews): Audience {
  const sees = (views: readonly (Abi | undefined)[], section: Section, names: readonly string[]): boolean =>
    views.some((abi) => abi !== undefined && names.some((name) => Object.hasOwn(abi[section], name)));
  return (section, names, impact) => {
    return {
      guest: sees([before.guest, after.guest], section, names) ? impact : null,
      tools: sees([before.tools, after.tools], section, names) ? impact : null,
    };
  };
}

function structChanges(old: Abi, now: Abi, audience: Audience): Change[] {
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
  const changes: Change[] = [];
  const versions = new InterfaceVersions(old);
  for (const [name, comparison] of comparisons) {
    changes.push(layoutChange(name, comparison, old, now, comparisons, versions, audience));
  }
  for (const name of removed) {
    const before = placeOf(old.structs[name]);
    const to = [...added].find((key) => isSameStruct(old, name, now, key));
    if (to === undefined) {
      changes.push({
        subject: "struct",
        change: "removed",
        name,
        impact: audience("structs", [name], "breaking"),
        before,
      });
    } else {
      added.delete(to);
      const impact = audience("structs", [name, to], "compatible");
      changes.push({
        subject: "struct",
        change: "renamed",
        name,
        to,
        impact,
        before,
        after: placeOf(now.structs[to]),
      });
    }
  }
  for (const name of added) {
    const impact = audience("structs", [name], "compatible");
    changes.push({ subject: "struct", change: "added", name, impact, after: placeOf(now.structs[name]) });
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
  audience: Audience,
): Change {
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
    impact: audience("structs", [name], impact),
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

function constantChanges(old: Abi, now: Abi, audience: Audience): Change[] {
  return compareConstants(old.constants, now.constants).map((c): Change => {
    const names = c.to === undefined ? [c.name] : [c.name, c.to];
    const changedType = c.before !== undefined && c.after !== undefined && c.before.type !== c.after.type;
    return {
      subject: "constant",
      change: c.change,
      name: c.name,
      ...(c.to === undefined ? {} : { to: c.to }),
      impact: audience("constants", names, c.impact),
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

function stringChanges(old: Abi, now: Abi, audience: Audience): Change[] {
  const changes: Change[] = [];
  for (const name of new Set([...Object.keys(old.strings), ...Object.keys(now.strings)])) {
    const before = old.strings[name] ?? null;
    const after = now.strings[name] ?? null;
    if (before === after) continue;
    const change = before === null ? "added" : after === null ? "removed" : "changed";
    const impact = audience("strings", [name], change === "added" ? "compatible" : "breaking");
    changes.push({ subject: "string", change, name, impact, value: [before, after] });
  }
  return changes;
}

/** Typedefs whose size changed, or that went away although what they name is still there. */
function typedefChanges(old: Abi, now: Abi, audience: Audience): Change[] {
  const changes: Change[] = [];
  for (const [name, before] of Object.entries(old.typedefs)) {
    const after = Object.hasOwn(now.typedefs, name) ? now.typedefs[name] : undefined;
    const base = { subject: "typedef", name, before: placeOf(before) } as const;
    if (after === undefined) {
      // Gone with its struct: the struct's own line says so.
      if (/^(?:struct|union|enum) /.test(before.target) && !Object.hasOwn(now.structs, before.target))
        continue;
      const note = "another name for the same type; the bytes are unchanged";
      changes.push({ ...base, change: "removed", impact: audience("typedefs", [name], "compatible"), note });
    } else if (after.size !== before.size && structKey(old, name) === undefined) {
      const size = [before.size, after.size] as const;
      const impact = audience("typedefs", [name], "breaking");
      changes.push({ ...base, change: "changed", impact, after: placeOf(after), size });
    }
  }
  return changes;
}

function summaryOf(changes: readonly Change[], groups: readonly ChangeGroup[]): AbiDiff["summary"] {
  const grouped = new Set(groups.flatMap((g) => g.names));
  const units: readonly { readonly impact: Impacts }[] = [
    ...groups,
    ...changes.filter((c) => c.subject !== "struct" || !grouped.has(c.name)),
  ];
  const count = (who: keyof Impacts, what: Impact): number =>
    units.filter((c) => c.impact[who] === what).length;
  return {
    breaking: { guest: count("guest", "breaking"), tools: count("tools", "breaking") },
    compatible: { guest: count("guest", "compatible"), tools: count("tools", "compatible") },
    silent: changes.filter((c) => c.silent !== undefined).length,
  };
}
