import { COMPARED_NAMES_MAX } from "../limits.ts";
import type { Constant } from "../model/model.ts";
import type { Impact } from "./change.ts";

/** A constant that came, went, or changed. */
interface ConstantComparison {
  readonly change: "added" | "removed" | "renamed" | "changed";
  readonly name: string;
  readonly to?: string;
  readonly before?: Constant;
  readonly after?: Constant;
  readonly impact: Impact;
  readonly note?: string;
}

type Constants = Readonly<Record<string, Constant>>;

/** Compares constants by name, then looks for the same value under a new name in the same place. */
export function compareConstants(before: Constants, after: Constants): ConstantComparison[] {
  const changes: ConstantComparison[] = [];
  const removed: string[] = [];
  for (const [name, old] of Object.entries(before)) {
    const now = Object.hasOwn(after, name) ? after[name] : undefined;
    if (now === undefined) removed.push(name);
    else if (old.value !== now.value) changes.push(changedValue(name, old, now));
    else if (old.type !== now.type) {
      changes.push({
        change: "changed",
        name,
        before: old,
        after: now,
        impact: "compatible",
        note: "same number, another C type",
      });
    }
  }
  const added = new Set(Object.keys(after).filter((name) => !Object.hasOwn(before, name)));
  for (const name of removed) {
    const old = before[name];
    const heir = heirOf(name, old, added, after);
    if (heir?.renamed) {
      added.delete(heir.name);
      changes.push({
        change: "renamed",
        name,
        to: heir.name,
        before: old,
        after: after[heir.name],
        impact: "compatible",
      });
      continue;
    }
    const note = heir === undefined ? {} : { note: `its number is now ${heir.name}` };
    changes.push({ change: "removed", name, before: old, impact: "breaking", ...note });
  }
  for (const name of added) changes.push({ change: "added", name, after: after[name], impact: "compatible" });
  return changes;
}

/** Limits and counts grow when something is added; what was there keeps its number. */
const growing =
  /(?:^|_)(?:MAX|LAST|NR|COUNT|NUM|MASK|END|ALL)(?:_|$)|^__XEN_LATEST_INTERFACE_VERSION__$|^__XEN_INTERFACE_VERSION__$/i;

function changedValue(name: string, old: Constant, now: Constant): ConstantComparison {
  const base = { change: "changed", name, before: old, after: now } as const;
  if (/_INTERFACE_VERSION$/.test(name)) {
    return { ...base, impact: "breaking", note: "Xen refuses calls that carry another version" };
  }
  const grew = growing.test(name) && BigInt(now.value) > BigInt(old.value);
  return grew
    ? { ...base, impact: "compatible", note: "a limit that grows with additions" }
    : { ...base, impact: "breaking" };
}

/** Names of one family share their beginning; how alike the rest must be to be the same thing under a new name. */
const renameSimilarityMin = 0.4;
/** Share of the longer name that two names of one family begin with. */
const familyShareMin = 0.4;

/**
 * The added constant of the same file, struct, value and family of names. Renamed, when what tells the two names apart is
 * alike; else the number may have been given to something else, which only a person can tell.
 */
function heirOf(
  name: string,
  old: Constant,
  added: ReadonlySet<string>,
  after: Constants,
): { readonly name: string; readonly renamed: boolean } | undefined {
  let best: string | undefined;
  let bestScore = -1;
  for (const candidate of added) {
    const now = after[candidate];
    if (now.value !== old.value || now.file !== old.file || now.within !== old.within) continue;
    const shared = sharedStart(name, candidate);
    if (shared < familyShareMin * Math.max(name.length, candidate.length)) continue;
    const score = similarity(name.slice(shared), candidate.slice(shared));
    if (score > bestScore) {
      best = candidate;
      bestScore = score;
    }
  }
  return best === undefined ? undefined : { name: best, renamed: bestScore >= renameSimilarityMin };
}

/** Letters that two names have in common at the start, up to the last whole word. */
function sharedStart(a: string, b: string): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a[length] === b[length]) length++;
  return length === a.length || length === b.length ? length : a.lastIndexOf("_", length - 1) + 1;
}

/** How alike two pieces of name are, 0 to 1, by their letters in pairs; one inside the other is alike. */
export function similarity(a: string, b: string): number {
  const x = a.toLowerCase().replaceAll("_", "");
  const y = b.toLowerCase().replaceAll("_", "");
  if (x.includes(y) || y.includes(x)) return 1;
  const left = pairsOf(x);
  const right = pairsOf(y);
  let shared = 0;
  for (const pair of left) if (right.has(pair)) shared++;
  return (2 * shared) / Math.max(1, left.size + right.size);
}

/** Letters of names in pairs: each name of a release is compared with many others. */
const knownPairs = new Map<string, ReadonlySet<string>>();

function pairsOf(text: string): ReadonlySet<string> {
  const known = knownPairs.get(text);
  if (known !== undefined) return known;
  const pairs = new Set(Array.from({ length: text.length - 1 }, (_, i) => text.slice(i, i + 2)));
  if (knownPairs.size >= COMPARED_NAMES_MAX) knownPairs.clear();
  knownPairs.set(text, pairs);
  return pairs;
}
