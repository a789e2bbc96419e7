import { PROBLEMS_MAX, SKIP_REASONS_MAX } from "../limits.ts";

/** Counter of what is skipped for reasons beyond the first SKIP_REASONS_MAX. */
const OTHER_REASONS = "other reasons";

/** Something in a log that could not be read. */
export interface LogProblem {
  /** Line (from 1) or byte offset. */
  readonly place: number;
  readonly unit: "line" | "byte";
  /** What is wrong, and what was expected or what to do. */
  readonly message: string;
}

/** What a reader met besides events: named counters, shown to the user, never silent. */
export class DecodeStats {
  /** Events decoded, marks left out. */
  events = 0;
  /** Bytes read or passed over, after decompression. */
  bytes = 0;
  /** Records that the recorder itself says are missing. */
  lost = 0;
  /** Readable records that carry nothing for a replay, by reason. */
  readonly skipped = new Map<string, number>();
  /** The log ends inside a record. */
  truncated = false;
  /** Unreadable input, the first PROBLEMS_MAX of it. */
  readonly problems: LogProblem[] = [];
  /** Unreadable places in all. */
  problemCount = 0;
  /** What the log leaves open or says in a way that is not known here; nothing of it is unreadable. */
  readonly warnings: LogProblem[] = [];

  /** Counts records that carry nothing for a replay. */
  skip(reason: string, count = 1): void {
    const known = this.skipped.has(reason) || this.skipped.size < SKIP_REASONS_MAX;
    const counter = known ? reason : OTHER_REASONS;
    this.skipped.set(counter, (this.skipped.get(counter) ?? 0) + count);
  }

  /** Notes something that could not be read. */
  problem(problem: LogProblem): void {
    this.problemCount++;
    if (this.problems.length < PROBLEMS_MAX) this.problems.push(problem);
  }

  /** Notes a warning. */
  warn(warning: LogProblem): void {
    if (this.warnings.length < PROBLEMS_MAX) this.warnings.push(warning);
  }

  /** A problem of the file itself, of which others may be mere consequences: it is named first. */
  fileProblem(problem: LogProblem): void {
    this.problemCount++;
    this.problems.unshift(problem);
    if (this.problems.length > PROBLEMS_MAX) this.problems.pop();
  }
}
