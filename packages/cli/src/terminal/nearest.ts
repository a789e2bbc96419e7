/** Names farther off than this are no likely misspelling. */
const DISTANCE_MAX = 3;

/** Shorter beginnings fit too many names. */
const BEGINNING_MIN = 3;

/** The name that was probably meant: one that begins so, or a likely misspelling. */
export function nearestName(wrong: string, names: readonly string[]): string | undefined {
  const longer = names.find((name) => name.toLowerCase().startsWith(wrong.toLowerCase()));
  if (longer !== undefined && wrong.length >= BEGINNING_MIN) return longer;
  let best: string | undefined;
  let least = Math.min(DISTANCE_MAX, Math.ceil(wrong.length / 2)) + 1;
  for (const name of names) {
    // A name that is so much longer or shorter is at least as far off.
    if (Math.abs(name.length - wrong.length) >= least) continue;
    const distance = editDistance(wrong.toLowerCase(), name.toLowerCase());
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best;
}

/** " (did you mean G44?)" or nothing. */
export function suggestion(wrong: string, names: readonly string[]): string {
  const name = nearestName(wrong, names);
  return name === undefined ? "" : ` (did you mean ${name}?)`;
}

/** Insertions, deletions and replacements between two words. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
