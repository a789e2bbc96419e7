/** What a verdict may rest on without knowing it: the ids of `Finding.uncertainBecause`, and what is said of each. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["from_boot", "the log does not begin when the domain started"],
  ["lost", "records were lost"],
  ["half-missing", "calls lack their other half, so the recorder loses lines"],
  ["mode", "nothing says whether the domain is direct-mapped"],
  ["ram", "the domain's RAM is not known"],
  ["version", "Xen's version is not known"],
  ["grant-entries", "the log does not hold all grant-table entries"],
  ["guest-p2m", "only the guest's own table tells of the mapping"],
  [
    "recorders",
    "several recorders wrote the run, and nothing orders their lines between calls that both have",
  ],
  ["answer", "the answer does not tell how much of the call was done"],
  ["end", "the log ends there: what follows may make it good"],
  ["later", "what the other domain does next decides"],
  ["owner", "what its owner has behind the frame number by now is not known"],
  ["devices", "the specification does not say how the device counts addresses"],
  ["xsm", "the log does not tell which XSM policy Xen runs"],
  ["p2m-pool", "the size of the domain's p2m pool is not known"],
]);

/** Why a verdict is not certain, in words: "records were lost". An id that is not known here stands for itself. */
export function uncertaintyText(reason: string): string {
  return REASONS.get(reason) ?? reason;
}
