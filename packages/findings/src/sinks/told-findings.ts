import type { Finding } from "../finding.ts";

/** Which findings of a document were told before it, and what was known of them then. */
export class ToldFindings {
  private readonly told = new Map<Finding, string>();

  /** A finding is told now. */
  add(finding: Finding): void {
    this.told.set(finding, known(finding));
  }

  has(finding: Finding): boolean {
    return this.told.has(finding);
  }

  /** Whether it was told, and nothing more is known of it since. */
  isCurrent(finding: Finding): boolean {
    return this.told.get(finding) === known(finding);
  }

  /** The document is done: the next one's findings are others. */
  clear(): void {
    this.told.clear();
  }
}

/** What may change of a finding: how often it came up, and whether it is certain. */
function known({ occurrences, uncertainBecause }: Finding): string {
  return `${occurrences} ${uncertainBecause.join(" ")}`;
}
