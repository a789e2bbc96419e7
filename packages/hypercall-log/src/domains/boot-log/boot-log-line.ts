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

/**
 * Tells who printed a console line and what. Whatever a capture tool put before Xen's prefix goes with it. A line
 * without a prefix is the hardware domain's, whose console goes to the same port; `bare`: it is Xen's, in a log
 * whose lines have all lost the prefix.
 */
export function bootLogLine(raw: string, line: number, bare: boolean): BootLogLine {
  const clean = withoutTerminalCodes(raw).trimEnd();
  const xen = XEN_PREFIX.exec(clean);
  if (xen !== null && xen.index <= BOOT_LOG_PREFIX_MAX) {
    const text = withoutTimestamp(clean.slice(xen.index + xen[0].length)).trimStart();
    const guest = UART_GUEST.exec(text);
    if (guest === null) return { line, speaker: "xen", text };
    return { line, speaker: Number(guest[1]), text: withoutStamps(text.slice(guest[0].length)) };
  }
  const guest = GUEST.exec(clean);
  if (guest !== null && guest.index <= BOOT_LOG_PREFIX_MAX) {
    const text = withoutStamps(clean.slice(guest.index + guest[0].length));
    return { line, speaker: Number(guest[1]), text };
  }
  return { line, speaker: bare ? "xen" : "hardware-domain", text: withoutStamps(clean) };
}

/** Whether a text has Xen's prefix anywhere. */
export function hasXenPrefix(text: string): boolean {
  return XEN_PREFIX.test(text);
}

function withoutTimestamp(text: string): string {
  const stamp = TIMESTAMP.exec(text);
  return stamp === null ? text : text.slice(stamp[0].length);
}
