import { CONSOLE_BYTES_MAX, CONSOLE_TAIL_LINES } from "../limits.ts";

/** A machine's console: its text, bounded. */
export class Screen {
  /** What was printed, without carriage returns; the last CONSOLE_BYTES_MAX / 2 characters or more. */
  text = "";

  /** Takes what the machine printed next. */
  add(piece: Buffer): void {
    this.text += piece.toString("latin1").replaceAll("\r", "");
    if (this.text.length > CONSOLE_BYTES_MAX) this.text = this.text.slice(-CONSOLE_BYTES_MAX / 2);
  }

  /** Whether the newest 64 KiB hold a text. */
  has(text: string): boolean {
    return this.text.includes(text, Math.max(0, this.text.length - 65536));
  }

  /** Whether the newest 64 KiB hold what a pattern finds. */
  matches(pattern: RegExp): boolean {
    return pattern.test(this.text.slice(-65536));
  }

  /** The last lines, for an error. */
  tail(): string[] {
    return this.text.trimEnd().split("\n").slice(-CONSOLE_TAIL_LINES);
  }
}
