import type { FieldChange } from "../diff/change.ts";
import { bytesOf, type Leaf, leavesOf, scalarsOf } from "../diff/leaves.ts";
import type { Abi } from "../model/model.ts";

/**
 * Tells what a copy makes of Xen's unions, where a comparison says no more than that members are gone: it may have one member
 * in place of all alternatives, or a union with fewer of them.
 */
export function withUnions(
  fields: readonly FieldChange[],
  release: Abi,
  key: string,
  copy: Abi,
  copyKey: string,
): readonly FieldChange[] {
  if (!fields.some(({ change }) => change === "removed")) return fields;
  const theirs = wholeAndScalars(release, key);
  const ours = leavesOf(copy, copyKey).flatMap((leaf) => scalarsOf(copy, leaf));
  const single = withoutOverlap(ours);
  const singlePaths = new Set(single.map(({ path }) => path));
  const ourPaths = new Set(ours.map(({ path }) => path));
  const told: FieldChange[] = [];
  const flat = new Map<Leaf, { readonly parts: string[]; readonly at: number }>();
  for (const field of fields) {
    if (field.change === "added") {
      const isNew = singlePaths.has(field.path) || !ourPaths.has(field.path);
      told.push(isNew ? field : { ...field, isAlternative: true });
      continue;
    }
    const leaf = theirs.find(({ path }) => path === field.path);
    const isOfUnion = leaf !== undefined && theirs.some((other) => areAlternatives(leaf, other));
    if (!isOfUnion || (field.change !== "removed" && field.change !== "renamed")) {
      told.push(field);
      continue;
    }
    const member = single.find((one) => covers(one, leaf));
    const known = member === undefined ? undefined : flat.get(member);
    if (known !== undefined) known.parts.push(field.path);
    else if (member !== undefined) {
      flat.set(member, { parts: [field.path], at: told.length });
      told.push(field);
    } else if (
      field.change === "removed" &&
      ours.some((one) => !singlePaths.has(one.path) && overlap(one, leaf))
    )
      told.push({ ...field, isAlternative: true });
    else if (field.change === "renamed" && !singlePaths.has(field.to ?? "") && isChance(field, fields)) {
      // Two alternatives of one width are two operations' members.
      const { path, to = "", before, after } = field;
      told.push({ change: "removed", path, ...(before && { before }), isAlternative: true });
      told.push({ change: "added", path: to, ...(after && { after }), isAlternative: true });
    } else told.push(field);
  }
  for (const [member, { parts, at }] of flat) {
    const { path, offset, type } = member;
    const after = { offset, size: bytesOf(member), type };
    // A name of its own for the same bytes is what it was told as.
    if (parts.length > 1 || told[at].change === "removed")
      told[at] = { change: "flattened", path: parts[0], parts, to: path, after };
  }
  return told;
}

/** Whether an alternative may as well have become any other one of its width: only its place says that it is the same. */
function isChance({ path, to = "", before }: FieldChange, fields: readonly FieldChange[]): boolean {
  const [name, around] = plainParts(path);
  const [newName, newAround] = plainParts(to);
  if (name === newName) return false;
  const rivals = fields.filter(
    (other) =>
      other.change === "removed" &&
      other.before?.offset === before?.offset &&
      other.before?.size === before?.size,
  );
  return around === newAround
    ? rivals.some((other) => plainParts(other.path)[1] === around)
    : rivals.length > 0;
}

/** The last part of a path and what is around it, as languages that write names otherwise have them, too. */
function plainParts(path: string): (string | undefined)[] {
  const plain = path.replaceAll("_", "").toLowerCase();
  return plain.split(".").reverse();
}

/** The leaves of a struct, and the scalars of those that are structs. */
function wholeAndScalars(abi: Abi, key: string): Leaf[] {
  const leaves = leavesOf(abi, key);
  return [
    ...leaves,
    ...leaves.filter(({ struct }) => struct !== undefined).flatMap((leaf) => scalarsOf(abi, leaf)),
  ];
}

/** The leaves that share no byte with another one. */
function withoutOverlap(leaves: readonly Leaf[]): Leaf[] {
  const sorted = [...leaves].sort((a, b) => a.offset - b.offset);
  let end = 0;
  return sorted.filter((leaf, i) => {
    const own = leaf.offset + bytesOf(leaf);
    const isAlone = leaf.offset >= end && (sorted[i + 1]?.offset ?? own) >= own;
    end = Math.max(end, own);
    return isAlone;
  });
}

/** Whether two members share bytes, and neither is a part of the other. */
function areAlternatives(a: Leaf, b: Leaf): boolean {
  return a !== b && overlap(a, b) && !isPart(a, b) && !isPart(b, a);
}

function isPart(a: Leaf, b: Leaf): boolean {
  return a.path === b.path || a.path.startsWith(`${b.path}.`) || a.path.startsWith(`${b.path}[].`);
}

function overlap(a: Leaf, b: Leaf): boolean {
  const sharesBits = a.bits === "" || b.bits === "";
  return sharesBits && a.offset < b.offset + bytesOf(b) && b.offset < a.offset + bytesOf(a);
}

function covers(whole: Leaf, part: Leaf): boolean {
  return (
    whole.bits === "" &&
    whole.offset <= part.offset &&
    part.offset + bytesOf(part) <= whole.offset + bytesOf(whole)
  );
}
