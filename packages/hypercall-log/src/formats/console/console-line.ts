import { xenPrefixOf } from "../../domains/boot-log/boot-log-line.ts";
import { withoutTerminalCodes } from "../../domains/boot-log/console-prefix.ts";

/** One printed line of a console, split into who printed it and what. */
export interface ConsoleLine {
  /** Xen itself, a domain (its domid), or UNNAMED. */
  readonly speaker: "xen" | number;
  /** What stands before the text: stamps of capture tools, Xen's prefix. */
  readonly prefix: string;
  readonly text: string;
}

/** Nobody is named: Dom0 prints without a prefix, and so does a guest on a UART of its own. */
export const UNNAMED = -1;

/** A line as a terminal shows it, with Xen's prefix and what a capture tool put before that set apart. */
export function consoleLine(raw: string): ConsoleLine {
  const line = withoutTerminalCodes(raw);
  const prefix = xenPrefixOf(line);
  if (prefix === null) return { speaker: UNNAMED, prefix: "", text: line };
  return { speaker: prefix.speaker, prefix: line.slice(0, prefix.end), text: line.slice(prefix.end) };
}

/** A prefix with its digits made equal: two lines of one capture have prefixes of one shape, whatever the time. */
export function prefixShape(prefix: string): string {
  return prefix.replaceAll(/\d/g, "0");
}
