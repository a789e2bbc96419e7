import { BOOT_LOG_PREFIX_MAX } from "../../limits.ts";
import { withoutStamps, withoutTerminalCodes } from "./console-prefix.ts";

/** Who printed a line of a host's console: Xen, the domain whose console it shares, or the domain of that id. */
export type Speaker = "xen" | "hardware-domain" | number;

/** A line of a host's console. */
export interface BootLogLine {
  /** From 1. */
  readonly line: number;
  readonly speaker: Speaker;
  /** What was printed, without stamps, colours and Xen's prefixes. */
  readonly text: string;
}

const XEN_PREFIX = /\(XEN\)[ \t]?/;
/** Xen's timestamps by console_timestamps: date, date and milliseconds, seconds since boot, raw ticks (xen/drivers/char/console.c:printk_start_of_line@master). */
const TIMESTAMP = /^\[(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{3})?| *\d+\.\d{6}|[0-9a-f]{16})\] /;
/** Guests whose console Xen prints: through a hypercall (console.c:guest_printk), and through the emulated UART (vpl011.c, vuart.c). */
const GUEST = /\(d(\d{1,5})\) /;
const UART_GUEST = /^DOM(\d{1,5}): /;

/** Where Xen's prefix of a line ends, and who printed what follows. */
interface XenPrefix {
  readonly speaker: "xen" | number;
  /** Index of the first character after the prefix. */
  readonly end: number;
}

/** Xen's prefix of a line, with its time stamp; whatever a capture tool put before it goes with it. Null: it has none. */
export function xenPrefixOf(line: string): XenPrefix | null {
  const xen = XEN_PREFIX.exec(line);
  if (xen !== null && xen.index <= BOOT_LOG_PREFIX_MAX) {
    let end = xen.index + xen[0].length;
    end += TIMESTAMP.exec(line.slice(end))?.[0].length ?? 0;
    const guest = UART_GUEST.exec(line.slice(end));
    if (guest === null) return { speaker: "xen", end };
    return { speaker: Number(guest[1]), end: end + guest[0].length };
  }
  const guest = GUEST.exec(line);
  if (guest === null || guest.index > BOOT_LOG_PREFIX_MAX) return null;
  return { speaker: Number(guest[1]), end: guest.index + guest[0].length };
}

/**
 * Tells who printed a console line and what. A line without a prefix is the hardware domain's, whose console goes to the
 * same port; `bare`: it is Xen's, in a log whose lines have all lost the prefix.
 */
export function bootLogLine(raw: string, line: number, bare: boolean): BootLogLine {
  const clean = withoutTerminalCodes(raw).trimEnd();
  const prefix = xenPrefixOf(clean);
  if (prefix === null) return { line, speaker: bare ? "xen" : "hardware-domain", text: withoutStamps(clean) };
  const { speaker, end } = prefix;
  const text = clean.slice(end);
  return { line, speaker, text: speaker === "xen" ? text.trimStart() : withoutStamps(text) };
}

/** Whether a text has Xen's prefix anywhere. */
export function hasXenPrefix(text: string): boolean {
  return XEN_PREFIX.test(text);
}
