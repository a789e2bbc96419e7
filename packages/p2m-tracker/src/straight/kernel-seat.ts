import { DOMID_FIRST_RESERVED } from "@xgt/hypercall-abi";
import type { KernelMemory } from "../memory/kernel-memory.ts";
import * as slots from "../memory/kernel-slots.ts";
import { reachEnd } from "../semantics/shared/p2m-reach.ts";
import type { Domain } from "../state/domain.ts";
import { RANGE_NUMBERS } from "../state/p2m.ts";

/** Ranges of defaults of one domain that the module gets. */
const RANGES_MAX = 64;
/** Banks of RAM of one domain that the module gets. */
const BANKS_MAX = 64;
const BANK_NUMBERS = 2;
/** Devices that are known to the module, by the index of their names. */
const DEVICES_MAX = 1 << 12;
/** Bit of a device that has passed, beside what its pages may ask for. */
const HAS_PASSED = 128;

/** What the module knows of one domain beside its state: its defaults, and whose DMA and grants have passed. */
export class KernelSeat {
  private readonly domain: Domain;
  private readonly ranges: Float64Array;
  private readonly banks: Float64Array;
  private readonly devices: Uint8Array;
  private readonly granters: Uint8Array;
  /** Granters that pass, until the next event that goes past the path. */
  private passing: number[] = [];

  /** Moves the domain's state into the module's memory. */
  constructor(kernel: KernelMemory, domain: Domain) {
    this.domain = domain;
    this.ranges = kernel.float64(RANGES_MAX * RANGE_NUMBERS);
    this.banks = kernel.float64(BANKS_MAX * BANK_NUMBERS);
    // Own RAM comes back to the others the other way.
    for (const [i, { gfn, count }] of (domain.ram ?? []).slice(0, BANKS_MAX).entries())
      this.banks.set([gfn, gfn + count], i * BANK_NUMBERS);
    this.devices = kernel.uint8(DEVICES_MAX);
    this.granters = kernel.uint8(DOMID_FIRST_RESERVED);
    domain.moveTo(kernel);
  }

  /** A DMA of a device passed; `may`: what its pages may ask for. */
  devicePassed(dev: number, may: number): void {
    this.devices[dev + 1] = may | HAS_PASSED;
  }

  /** A grant of a domain was mapped. */
  granterPassed(granter: number): void {
    if (this.granters[granter] !== 0) return;
    this.granters[granter] = 1;
    this.passing.push(granter);
  }

  /** An event went past the path: which domains there are may have changed. */
  renew(): void {
    if (this.passing.length === 0) return;
    for (const granter of this.passing) this.granters[granter] = 0;
    this.passing = [];
  }

  /** Tells the module of the domain; false: it has too many ranges of defaults, or numbers that the module does not read. */
  lend(kernel: KernelMemory): boolean {
    const { integers, numbers } = kernel;
    const ranges = this.domain.p2m.writeDefaults(this.ranges);
    if (ranges < 0 || !this.domain.frames.isPlain || !this.domain.maptrack.isPlain) return false;
    integers[2 * slots.RANGES_AT] = this.ranges.byteOffset;
    integers[2 * slots.RANGES] = ranges;
    integers[2 * slots.BANKS_AT] = this.banks.byteOffset;
    integers[2 * slots.BANKS] = Math.min(this.domain.ram?.length ?? 0, BANKS_MAX);
    integers[2 * slots.DEVICES_AT] = this.devices.byteOffset;
    integers[2 * slots.DEVICES] = DEVICES_MAX;
    integers[2 * slots.GRANTERS_AT] = this.granters.byteOffset;
    numbers[slots.REACHED_END] = reachEnd(this.domain);
    this.domain.lend(kernel);
    return true;
  }
}
