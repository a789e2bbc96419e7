import type { DeviceSpec, StringTable } from "@xgt/hypercall-log";
import type { Domain } from "../state/domain.ts";

/** What the specification says of each device that a log names by the index of its name. */
export class DeviceTable {
  private readonly strings: StringTable;
  private readonly byDomain = new Map<Domain, Map<number, DeviceSpec | undefined>>();

  constructor(strings: StringTable) {
    this.strings = strings;
  }

  /** A device of a domain; undefined: nothing particular is known of it. */
  of(domain: Domain, dev: number): DeviceSpec | undefined {
    const listed = domain.spec?.devices;
    if (listed === undefined || dev < 0) return undefined;
    let seen = this.byDomain.get(domain);
    if (seen === undefined) {
      seen = new Map();
      this.byDomain.set(domain, seen);
    }
    if (!seen.has(dev)) {
      const name = this.strings.get(dev);
      seen.set(
        dev,
        listed.find((device) => device.dev === name),
      );
    }
    return seen.get(dev);
  }
}
