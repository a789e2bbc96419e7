import { BOOT_LOG_LINE_MAX, SNIFF_BYTES } from "../limits.ts";
import { domainSpecs } from "./boot-log-domains.ts";
import { BootLogFacts } from "./boot-log-facts.ts";
import { bootLogLine } from "./boot-log-line.ts";
import type { DomainSpecFile } from "./domain-spec.ts";

const NEWLINE = 10;
/** First bytes of a flattened device tree. */
const FDT_MAGIC = [0xd0, 0x0d, 0xfe, 0xed];

/**
 * Reads what a host's console showed while Xen booted: Xen's own lines, also through `xl dmesg`, and the guests'.
 * Of several boots in one log the last one counts that describes a domain.
 *
 * `notes` takes what the log leaves open, in words for the user. Domains that a toolstack made later are not in a boot
 * log; the result has no domains at all where the log shows none.
 */
export function readBootLog(bytes: Uint8Array, notes: string[] = []): DomainSpecFile {
  const decoder = new TextDecoder();
  const boots: BootLogFacts[] = [new BootLogFacts()];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    const text = decoder.decode(bytes.subarray(start, Math.min(end, start + BOOT_LOG_LINE_MAX)));
    readLine(boots, text.trimEnd());
    start = end + 1;
  }
  return combine(boots, notes);
}

function readLine(boots: BootLogFacts[], text: string): void {
  const line = bootLogLine(text);
  let facts = boots[boots.length - 1];
  if (line.speaker !== "xen") {
    facts.guestLine(line.speaker, line.text);
    return;
  }
  if (BootLogFacts.isBanner(line.text) && facts.version !== null) {
    facts = new BootLogFacts();
    // The boot before last can only matter where the last one is a copy of it that a guest printed.
    if (boots.length > 1) boots.shift();
    boots.push(facts);
  }
  facts.xenLine(line.text);
}

function combine(boots: readonly BootLogFacts[], notes: string[]): DomainSpecFile {
  const last = boots[boots.length - 1];
  const before = boots.length > 1 ? boots[boots.length - 2] : null;
  const facts = last.domains.size === 0 && before !== null ? before : last;
  // `xl dmesg` on the same console repeats Xen's lines, but not those of the guests before.
  if (before !== null && facts === last && facts.describesSameHost(before)) facts.takeGuestLines(before);
  const { xen, build, arch } = facts;
  return {
    ...(xen === undefined ? {} : { xen }),
    ...(build === undefined ? {} : { build }),
    ...(arch === undefined ? {} : { arch }),
    domains: domainSpecs(facts, notes),
    facts: [],
  };
}

/** True for the beginning of a boot log; false for a spec (JSON), a device tree and anything else. */
export function isBootLog(head: Uint8Array): boolean {
  if (FDT_MAGIC.every((byte, i) => head[i] === byte)) return false;
  const text = new TextDecoder().decode(head.subarray(0, SNIFF_BYTES));
  if (/^\s*[{[]\s*["{\]}]/.test(text) || text.includes("/dts-v1/")) return false;
  return /^[^\n]{0,96}\(XEN\) /m.test(text) || /^[^\n]{0,96}Xen version \d+\.\d+/m.test(text);
}
