import { scalarOf } from "../model/field-of.ts";
import type { Abi } from "../model/model.ts";
import type { FieldChange, FieldState } from "./change.ts";
import { bytesOf, type Leaf, scalarsOf } from "./leaves.ts";

/** Compares members: by path first, then what is left by the bytes it takes. In order of offset. */
export function compareLeaves(
  before: Abi,
  old: readonly Leaf[],
  after: Abi,
  now: readonly Leaf[],
): FieldChange[] {
  const changes: FieldChange[] = [];
  const byPath = new Map(now.map((leaf) => [leaf.path, leaf]));
  const left: Leaf[] = [];
  const right = new Set(now);
  for (const a of old) {
    const b = byPath.get(a.path);
    // A scalar that became a struct, a struct another, a number that took in its neighbour: compared by their bytes below.
    const grew =
      b !== undefined &&
      a.struct === undefined &&
      a.offset === b.offset &&
      a.size !== b.size &&
      a.bits === b.bits;
    if (b === undefined || a.struct !== b.struct || (grew && a.dimensions === b.dimensions)) {
      left.push(a);
      continue;
    }
    right.delete(b);
    const change = sameNameChange(before, a, after, b);
    if (change !== undefined) changes.push(change);
  }
  changes.push(...compareByBytes(before, left, after, [...right]));
  return changes.sort((x, y) => offsetOf(x) - offsetOf(y));
}

function compareByBytes(before: Abi, old: readonly Leaf[], after: Abi, now: readonly Leaf[]): FieldChange[] {
  const changes: FieldChange[] = [];
  const left = new Set(old);
  const right = new Set(now);
  pairByPosition(left, right, changes);
  if (left.size > 0 && right.size > 0) {
    // Only one side may have put a struct around the members: go down to the scalars.
    const whole = [new Set(left), new Set(right)] as const;
    const scalarsLeft = new Set([...left].flatMap((leaf) => scalarsOf(before, leaf)));
    const scalarsRight = new Set([...right].flatMap((leaf) => scalarsOf(after, leaf)));
    const found: FieldChange[] = [];
    pairByPosition(scalarsLeft, scalarsRight, found);
    findSplits(scalarsLeft, scalarsRight, found);
    changes.push(...found);
    keepWhole(whole[0], scalarsLeft, left);
    keepWhole(whole[1], scalarsRight, right);
  }
  for (const a of [...left]) {
    const b = [...right].find((leaf) => leaf.path === a.path && leaf.struct === a.struct);
    const change = b === undefined ? undefined : sameNameChange(before, a, after, b);
    if (b === undefined || change === undefined) continue;
    left.delete(a);
    right.delete(b);
    changes.push(change);
  }
  for (const a of left)
    changes.push(withMacros({ change: "removed", path: a.path, before: stateOf(a) }, a.macros));
  for (const b of right)
    changes.push(withMacros({ change: "added", path: b.path, after: stateOf(b) }, b.macros));
  return changes;
}

/** What is left: a struct as one when none of its scalars found a partner, else the scalars that found none. */
function keepWhole(whole: ReadonlySet<Leaf>, scalars: ReadonlySet<Leaf>, into: Set<Leaf>): void {
  into.clear();
  const remaining = [...scalars];
  for (const leaf of whole) {
    if (leaf.struct === undefined) {
      if (scalars.has(leaf)) into.add(leaf);
      continue;
    }
    const inside = remaining.filter(
      (s) => s === leaf || s.path.startsWith(`${leaf.path}.`) || s.path.startsWith(`${leaf.path}[].`),
    );
    const bytes = inside.reduce((n, s) => n + bytesOf(s), 0);
    if (bytes >= leaf.size && inside.length > 1) into.add(leaf);
    else for (const scalar of inside) into.add(scalar);
  }
}

function pairByPosition(left: Set<Leaf>, right: Set<Leaf>, changes: FieldChange[]): void {
  const byPosition = new Map<string, Leaf[]>();
  for (const leaf of right) {
    const known = byPosition.get(position(leaf));
    if (known === undefined) byPosition.set(position(leaf), [leaf]);
    else known.push(leaf);
  }
  // Alternatives of a union share their bytes: the more of two names is alike, the likelier they are one member.
  for (const parts of [2, 1, 0]) {
    for (const a of [...left]) {
      const b = byPosition
        .get(position(a))
        ?.find((r) => right.has(r) && lastParts(r, parts) === lastParts(a, parts));
      if (b === undefined) continue;
      left.delete(a);
      right.delete(b);
      if (a.path !== b.path) {
        changes.push({ change: "renamed", path: a.path, to: b.path, before: stateOf(a), after: stateOf(b) });
      }
    }
  }
}

/** One member whose bytes two or more new ones share out between them, or the other way round. */
function findSplits(left: Set<Leaf>, right: Set<Leaf>, changes: FieldChange[]): void {
  for (const [wholes, parts, change] of [
    [left, right, "split"],
    [right, left, "merged"],
  ] as const) {
    for (const whole of [...wholes]) {
      const tiles = tilesOf(whole, parts);
      if (tiles === undefined) continue;
      wholes.delete(whole);
      for (const tile of tiles) parts.delete(tile);
      const paths = tiles.map((t) => t.path);
      const state = change === "split" ? { before: stateOf(whole) } : { after: stateOf(whole) };
      changes.push({ change, path: whole.path, parts: paths, ...state });
    }
  }
}

function tilesOf(whole: Leaf, parts: ReadonlySet<Leaf>): Leaf[] | undefined {
  const end = whole.offset + bytesOf(whole);
  const inside = [...parts]
    .filter(
      (p) =>
        p.offset >= whole.offset &&
        p.offset + bytesOf(p) <= end &&
        p.within === whole.within &&
        p.bits === "",
    )
    .sort((a, b) => a.offset - b.offset);
  let at = whole.offset;
  for (const part of inside) {
    if (part.offset !== at) return undefined;
    at += bytesOf(part);
  }
  return at === end && inside.length > 1 ? inside : undefined;
}

function sameNameChange(before: Abi, a: Leaf, after: Abi, b: Leaf): FieldChange | undefined {
  const states = { path: a.path, before: stateOf(a), after: stateOf(b) };
  const common = a.macros.filter((m) => b.macros.includes(m));
  const macros = common.length > 0 ? common : b.macros.length > 0 ? b.macros : a.macros;
  if (a.offset !== b.offset || bitStart(a) !== bitStart(b))
    return withMacros({ change: "moved", ...states }, macros);
  if (a.dimensions !== b.dimensions || a.within !== b.within) {
    return withMacros({ change: "array", ...states }, macros);
  }
  if (a.size !== b.size || a.bits !== b.bits) {
    const holds = a.struct === undefined ? {} : { holds: a.struct };
    return withMacros({ change: "resized", ...states, ...holds }, macros);
  }
  const sign = (abi: Abi, leaf: Leaf): boolean | undefined =>
    scalarOf(abi, leaf.type.replace(/\[.*$/, ""))?.signed;
  const [was, is] = [sign(before, a), sign(after, b)];
  // Another typedef's name for the same bytes is no change of the interface.
  return was !== is && was !== undefined && is !== undefined ? { change: "retyped", ...states } : undefined;
}

function withMacros(change: FieldChange, macros: readonly string[]): FieldChange {
  return macros.length > 0 ? { ...change, macros } : change;
}

function position(leaf: Leaf): string {
  return [leaf.offset, leaf.size, leaf.dimensions, leaf.within, leaf.bits].join();
}

function bitStart(leaf: Leaf): string {
  return leaf.bits.split(":")[0];
}

/** The end of a path, as languages that write names otherwise have it, too. */
function lastParts(leaf: Leaf, count: number): string {
  if (count === 0) return "";
  return leaf.path.split(".").slice(-count).join(".").replaceAll("_", "").toLowerCase();
}

function offsetOf(change: FieldChange): number {
  return (change.after ?? change.before)?.offset ?? 0;
}

function stateOf(leaf: Leaf): FieldState {
  const { offset, type } = leaf;
  const state = { offset, size: bytesOf(leaf), type };
  return leaf.bits === "" ? state : { ...state, bits: leaf.bits };
}
