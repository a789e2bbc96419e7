import { causeKey } from "../cause.ts";
import type { Finding } from "../finding.ts";

/** Characters of a fingerprint, 4 bits each. */
const LENGTH = 32;

/**
 * Fingerprints of the findings of one report: the same for the same fault of another run, and different for each
 * finding of a report, since services drop what comes twice.
 */
export class Fingerprints {
  private readonly seen = new Map<string, number>();

  /** The next finding's: "9d5ed678fe57bcca610140957afab571". */
  of(finding: Finding): string {
    const key = sameness(finding);
    const before = this.seen.get(key) ?? 0;
    this.seen.set(key, before + 1);
    // Few runs need it, and an import would cost each start.
    const { createHash } = process.getBuiltinModule("node:crypto");
    return createHash("sha256").update(`${key}#${before}`).digest("hex").slice(0, LENGTH);
  }
}

/** What stays the same between two runs. Where no cause is known, the message without its numbers stands for it. */
function sameness(finding: Finding): string {
  if (finding.cause !== undefined) return causeKey(finding.cause);
  const { rule, domid, message, location } = finding;
  const words = message.replace(/\b(?:0x[0-9a-f]+|[0-9]+)\b/gi, "#");
  return JSON.stringify([rule, domid, words, location?.path ?? null]);
}
