/** A message that people see, what causes it, and what to do. */
export interface Symptom {
  readonly name: string;
  readonly pattern: RegExp;
  /** Layout rules that stand behind it, the likeliest first; empty: no layout causes it. */
  readonly rules: readonly string[];
  /** Where it comes from; for a message with several causes, what to look at to tell them apart. */
  readonly cause: string;
  /** What to do about it. */
  readonly fix: string;
  /** The pattern's groups are the first and the last address that the message is about, in hex. */
  readonly addresses?: boolean;
}
