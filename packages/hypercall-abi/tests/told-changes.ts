import type { Change, Mode } from "../src/index.ts";

/** What moves bytes or names; a type of the same width is none of it, and a struct inside changes under its own name. */
const ofLayout = new Set(["added", "removed", "renamed", "moved", "resized", "array", "split", "merged"]);

/**
 * Where a diff and a compiler are not of one mind, one line each: what differs between two interfaces' layouts in one view
 * has to be told, what is told as moved has to differ, and names have to come and go on both sides.
 *
 * @param old layouts of the older interface by a struct's key, as a compiler has them
 * @param now the same of the newer one
 */
export function disagreements(
  changes: readonly Change[],
  mode: Mode,
  old: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): string[] {
  const structs = changes.filter(({ subject, impact }) => subject === "struct" && impact[mode] !== null);
  const named = (...kinds: Change["change"][]): Change[] =>
    structs.filter(({ change }) => kinds.includes(change));
  const told = new Set(named("changed").map(({ name }) => name));
  const moved = named("changed").filter(
    ({ fields = [], size }) =>
      size !== undefined || fields.some(({ change, holds }) => ofLayout.has(change) && holds === undefined),
  );
  const gone = new Set(named("removed", "renamed").map(({ name }) => name));
  const come = new Set([
    ...named("added").map(({ name }) => name),
    ...named("renamed").map(({ to = "" }) => to),
  ]);
  const differs = (name: string): boolean => now.has(name) && old.get(name) !== now.get(name);
  const without = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] =>
    [...a.keys()].filter((name) => !b.has(name));
  return [
    ...[...old.keys()]
      .filter((name) => differs(name) && !told.has(name))
      .map((name) => `${name}: changed, not told`),
    ...moved.filter(({ name }) => !differs(name)).map(({ name }) => `${name}: told, not changed`),
    ...different(gone, without(old, now)).map((name) => `${name}: gone on one side`),
    ...different(come, without(now, old)).map((name) => `${name}: new on one side`),
  ];
}

/** Names that only one of two has. */
function different(a: ReadonlySet<string>, b: readonly string[]): string[] {
  const other = new Set(b);
  return [...[...a].filter((name) => !other.has(name)), ...b.filter((name) => !a.has(name))];
}
