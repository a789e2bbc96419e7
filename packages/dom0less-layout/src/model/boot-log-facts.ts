import { LOG_LINES_MAX } from "../limits.ts";
import type { AddressRange } from "../terms/address-range.ts";

/** The banks that Xen's log says it gave a domain, against what it set out to give. */
export interface LoggedMemory {
  readonly domid: number;
  /** Bytes of "Allocating ... totalling"; null: the log has no such line. */
  readonly wanted: bigint | null;
  readonly line: number;
  readonly banks: readonly AddressRange[];
}

/** A numbered line of a log. */
export interface LogLine {
  readonly line: number;
  readonly text: string;
}

/** What a boot log (of Xen, of a guest, or both in one) tells about the layout. */
export interface BootLogFacts {
  readonly path: string;
  readonly memory: readonly LoggedMemory[];
  /** All lines, without Xen's and the guest's prefixes. */
  readonly lines: readonly LogLine[];
  /** Extended regions by domain id. */
  readonly extended: ReadonlyMap<number, readonly AddressRange[]>;
}

/** "(XEN) [2026-01-01 00:00:00] (d1) [    0.1] " */
const PREFIX = /^\s*(?:\(XEN\)\s*)?(?:\[[^\]]{0,40}\]\s*)?(?:\(d\d+\)\s*|DOM\d+:\s*)?(?:\[[^\]]{0,40}\]\s*)?/;
/** common/device-tree/domain-build.c:allocate_memory@master; arch/arm/domain_build.c:allocate_memory_11@4.12..master. */
const TOTAL = /^Allocating (?:1:1 )?mappings totalling (\d{1,9})MB for (?:dom|d)(\d{1,5})/;
const BANK = /^(?:d(\d{1,5}) )?BANK\[\d{1,4}\] (0x[0-9a-f]{1,16})-(0x[0-9a-f]{1,16})/;
const EXTENDED = /^d(\d{1,5}): extended region \d{1,4}: (0x[0-9a-f]{1,16})->(0x[0-9a-f]{1,16})/;

/** Reads a boot log. Ends of banks and regions are exclusive in Xen's text. */
export function readBootLog(text: string, path: string): BootLogFacts {
  const lines: LogLine[] = [];
  const memory: { domid: number; wanted: bigint | null; line: number; banks: AddressRange[] }[] = [];
  const extended = new Map<number, AddressRange[]>();
  let number = 0;
  for (const raw of text.split("\n", LOG_LINES_MAX)) {
    number++;
    const line = raw.trimEnd().replace(PREFIX, "");
    lines.push({ line: number, text: line });
    const total = TOTAL.exec(line);
    const bank = BANK.exec(line);
    const region = EXTENDED.exec(line);
    if (total !== null) {
      memory.push({ domid: Number(total[2]), wanted: BigInt(total[1]) << 20n, line: number, banks: [] });
    } else if (bank !== null) {
      const range = between(bank[2], bank[3]);
      const current = memory.at(-1);
      const domid = bank[1] === undefined ? (current?.domid ?? 0) : Number(bank[1]);
      if (current?.domid === domid) current.banks.push(range);
      else memory.push({ domid, wanted: null, line: number, banks: [range] });
    } else if (region !== null) {
      const domid = Number(region[1]);
      extended.set(domid, [...(extended.get(domid) ?? []), between(region[2], region[3])]);
    }
  }
  return { path, memory, lines, extended };
}

function between(start: string, end: string): AddressRange {
  const first = BigInt(start);
  const size = BigInt(end) - first;
  return { start: first, size: size > 0n ? size : 0n };
}
