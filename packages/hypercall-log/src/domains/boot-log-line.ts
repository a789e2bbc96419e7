import { BOOT_LOG_PREFIX_MAX } from "../limits.ts";

/** Who printed a line of a host's console. */
export type Speaker = "xen" | "hardware-domain" | number;

export interface BootLogLine {
  /** A number: the domain of that id. */
  readonly speaker: Speaker;
  /** Without prefixes; of a guest's line with the guest's own timestamp. */
  readonly text: string;
}

const XEN_PREFIX = "(XEN) ";
/** Xen's timestamps by console_timestamps: date, date and milliseconds, seconds since boot, raw ticks (xen/drivers/char/console.c:printk_start_of_line@master). */
const TIMESTAMP = /^\[(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{3})?| *\d+\.\d{6}|[0-9a-f]{16})\] /;
/** Guests whose console Xen prints: through a hypercall, and through the emulated UART. */
const GUEST = /^\(d(\d{1,5})\) /;
const UART_GUEST = /^DOM(\d{1,5}): /;

function withoutTimestamp(text: string): string {
  const stamp = TIMESTAMP.exec(text);
  return stamp === null ? text : text.slice(stamp[0].length);
}

/**
 * Takes Xen's prefixes off a console line. Capture tools may have put their own before it. A line without a prefix is
 * the hardware domain's, whose console goes to the same port.
 */
export function bootLogLine(line: string): BootLogLine {
  const at = line.indexOf(XEN_PREFIX);
  if (at >= 0 && at <= BOOT_LOG_PREFIX_MAX) {
    const text = withoutTimestamp(line.slice(at + XEN_PREFIX.length));
    const guest = UART_GUEST.exec(text);
    if (guest === null) return { speaker: "xen", text };
    return { speaker: Number(guest[1]), text: text.slice(guest[0].length) };
  }
  const open = line.indexOf("(d");
  const guest = open >= 0 && open <= BOOT_LOG_PREFIX_MAX ? GUEST.exec(line.slice(open)) : null;
  if (guest === null) return { speaker: "hardware-domain", text: line };
  return { speaker: Number(guest[1]), text: line.slice(open + guest[0].length) };
}
