import { BOOT_LOG_LINE_MAX, BOOT_LOG_LINES_MAX, SNIFF_BYTES } from "../../limits.ts";
import type { DomainSpecFile } from "../spec/domain-spec.ts";
import { domainSpecs } from "./boot-domains.ts";
import { BootFacts } from "./boot-facts.ts";
import { type BootLogLine, bootLogLine, hasXenPrefix } from "./boot-log-line.ts";
import { withoutStamps, withoutTerminalCodes } from "./console-prefix.ts";
import { isBanner, isXensOwn, takeXenLine } from "./xen-lines.ts";

const NEWLINE = 10;
/** First bytes of a flattened device tree. */
const FDT_MAGIC = [0xd0, 0x0d, 0xfe, 0xed];

/** What a host's console showed while Xen booted, and its guests. */
export interface BootLog {
  /** All lines, the first BOOT_LOG_LINES_MAX of them. */
  readonly lines: readonly BootLogLine[];
  /** Of several boots in one log: the last one that describes a domain. */
  readonly facts: BootFacts;
}

/**
 * Reads a boot log: Xen's own lines, also through `xl dmesg`, and the guests', with anything that a capture tool put in
 * front of them, of every Xen from 4.11 on. It takes any bytes; lines that say nothing known are only listed.
 */
export function parseBootLog(bytes: Uint8Array): BootLog {
  const boots = new Boots();
  const lines: BootLogLine[] = [];
  const bare = isBare(bytes);
  for (const text of textLines(bytes)) {
    const line = bootLogLine(text, lines.length + 1, bare);
    lines.push(line);
    boots.take(line);
  }
  return { lines, facts: boots.result() };
}

/**
 * The domains that a boot log describes. `notes` takes what the log leaves open, in words for the user. Domains that a
 * toolstack made later are not in a boot log; the result has no domains at all where the log shows none.
 */
export function bootLogDomains({ facts }: BootLog, notes: string[] = []): DomainSpecFile {
  const { xen, build, arch, releaseWarning } = facts;
  if (releaseWarning !== null) notes.push(releaseWarning);
  return {
    ...(xen === undefined ? {} : { xen }),
    ...(build === undefined ? {} : { build }),
    ...(arch === undefined ? {} : { arch }),
    domains: domainSpecs(facts, notes),
    facts: [],
  };
}

/** The boots of one console. */
class Boots {
  private before: BootFacts | null = null;
  private last = new BootFacts();

  take({ line, speaker, text }: BootLogLine): void {
    if (speaker !== "xen") {
      this.last.takeGuestLine(speaker, text);
      return;
    }
    if (isBanner(text) && this.last.version !== null) {
      // The boot before last can only matter where the last one is a copy of it that a guest printed.
      this.before = this.last;
      this.last = new BootFacts();
    }
    takeXenLine(this.last, text, line);
  }

  result(): BootFacts {
    const { before, last } = this;
    if (before === null) return last;
    if (last.domains.size === 0) return before;
    // `xl dmesg` on the same console repeats Xen's lines, but not those of the guests before.
    if (last.describesSameHost(before)) last.takeGuestLines(before);
    return last;
  }
}

/** Whether Xen's lines have lost their prefix: no line has it, and one can only be Xen's. */
function isBare(bytes: Uint8Array): boolean {
  let found = false;
  for (const line of textLines(bytes)) {
    const text = withoutTerminalCodes(line);
    if (hasXenPrefix(text)) return false;
    found ||= isXensOwn(withoutStamps(text));
  }
  return found;
}

/** The lines of a log, the beginning of each that is longer than BOOT_LOG_LINE_MAX. */
function* textLines(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder();
  let count = 0;
  for (let start = 0; start < bytes.length && count < BOOT_LOG_LINES_MAX; count++) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    yield decoder.decode(bytes.subarray(start, Math.min(end, start + BOOT_LOG_LINE_MAX)));
    start = end + 1;
  }
}

/** True for the beginning of a boot log; false for a spec (JSON), a device tree and anything else. */
export function isBootLog(head: Uint8Array): boolean {
  if (FDT_MAGIC.every((byte, i) => head[i] === byte)) return false;
  const text = new TextDecoder().decode(head.subarray(0, SNIFF_BYTES));
  if (/^\s*[{[]\s*["{\]}]/.test(text) || text.includes("/dts-v1/")) return false;
  return /^[^\n]{0,160}\(XEN\) /m.test(text) || /^[^\n]{0,160}Xen version \d+\.\d+/m.test(text);
}
