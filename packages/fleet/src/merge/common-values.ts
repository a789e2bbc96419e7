import type { CommonValue, GroupShare } from "./fleet-answer.ts";

/**
 * What all runs that have a cause have in common and not all runs of the fleet have: "kernel 6.12.9", or "kernel 6.12.*" where
 * their values begin alike, up to a dot.
 * @param shares Of the cause.
 * @param hit Runs that have the cause.
 * @param values Runs that have an answer, by key and value.
 * @param all Runs that have an answer.
 */
export function commonValues(
  shares: readonly GroupShare[],
  hit: number,
  values: ReadonlyMap<string, ReadonlyMap<string, number>>,
  all: number,
): CommonValue[] {
  const common: CommonValue[] = [];
  for (const [key, counts] of [...values].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const own = shares.filter((share) => share.key === key);
    // A run without a value of this key has nothing in common with those that have one.
    if (own.length === 0 || sum(own.map((share) => share.hit)) !== hit) continue;
    const value = commonOf(own.map((share) => share.value));
    if (value === null) continue;
    const runs = sum([...counts].filter(([one]) => matches(value, one)).map(([, count]) => count));
    if (runs < all) common.push({ key, value, runs });
  }
  return common;
}

const ANY = ".*";

/** The only value, or how all begin: "6.12.*"; null: they do not begin alike. */
function commonOf(values: readonly string[]): string | null {
  const [first, ...others] = values;
  if (others.length === 0) return first;
  const parts = first.split(".");
  let length = parts.length - 1;
  for (const other of others) {
    const own = other.split(".");
    let same = 0;
    while (same < length && same < own.length - 1 && own[same] === parts[same]) same++;
    length = same;
  }
  return length === 0 ? null : parts.slice(0, length).join(".") + ANY;
}

function matches(pattern: string, value: string): boolean {
  return pattern === value || (pattern.endsWith(ANY) && value.startsWith(pattern.slice(0, -1)));
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
