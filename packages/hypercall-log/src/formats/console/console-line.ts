import { xenPrefixOf } from "../../domains/boot-log/boot-log-line.ts";
import { withoutStamps, withoutTerminalCodes } from "../../domains/boot-log/console-prefix.ts";

/** One printed line of a console, split into who printed it and what. */
interface ConsoleLine {
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

/** A recorder's line that begins, with what may stand before it. */
const LINE_START = /\{"(?:xgt_log|n|t|id|ev)":/;
const XEN_INSIDE = "(XEN)";

/**
 * What Dom0 printed of a line into which one of Xen's own came: Xen copies Dom0's text 127 bytes at a time. Null: Xen's line
 * stands alone. `isOpen`: a line of Dom0's has begun and not ended.
 */
export function partBeforeXen(raw: string, isOpen: boolean): string | null {
  const line = withoutTerminalCodes(raw);
  const at = line.indexOf(XEN_INSIDE);
  if (at <= 0) return null;
  const before = line.slice(0, at);
  const isOurs = LINE_START.test(before) || (isOpen && withoutStamps(before) !== "");
  return isOurs && !before.startsWith("(d") ? before : null;
}

/** Whether a text can only be the rest of a recorder's line whose beginning is not there. */
export function isLineRest(text: string): boolean {
  const line = withoutStamps(text.trimEnd());
  return line.endsWith("}") && line.includes('":') && !line.startsWith("{") && !LINE_START.test(line);
}
