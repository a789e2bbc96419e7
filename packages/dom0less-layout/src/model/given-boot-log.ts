import { type BootDomain, type BootLog, parseBootLog } from "@xgt/hypercall-log";
import type { AddressRange } from "../terms/address-range.ts";

/** A boot log with the file that it came from. */
export interface GivenBootLog {
  /** Name of the file, for messages. */
  readonly path: string;
  /** What was read out of it. */
  readonly log: BootLog;
}

/** Reads a boot log of Xen or of a guest; any bytes are taken. */
export function givenBootLog(bytes: Uint8Array, path: string): GivenBootLog {
  return { path, log: parseBootLog(bytes) };
}

/** Banks that the log says a domain got. */
export function loggedBanks(domain: BootDomain): AddressRange[] {
  return domain.banks.map(bigRange);
}

/** A range of the log's plain numbers. */
export function bigRange({ start, end }: { readonly start: number; readonly end: number }): AddressRange {
  return { start: BigInt(start), size: BigInt(end - start) };
}
