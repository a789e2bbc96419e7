/** What a verdict may rest on without knowing it: the ids of `Finding.uncertainBecause`, and what is said of each. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["from_boot", "the log does not begin when the domain started"],
  ["lost", "records were lost"],
  ["half-missing", "calls lack their other half, so the recorder loses lines"],
  ["mode", "nothing says whether the domain is direct-mapped"],
  ["ram", "the domain's RAM is not known"],
  ["version", "Xen's version is not known"],
  ["grant-entries", "the log does not hold all grant-table entries"],
]);

/** Why a verdict is not certain, in words: "records were lost". An id that is not known here stands for itself. */
export function uncertaintyText(reason: string): string {
  return REASONS.get(reason) ?? reason;
}
