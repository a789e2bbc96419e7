import {
  type ArchitectureName,
  PAGE_SIZE,
  readRelease,
  releaseNumbers,
  since,
  type XenRelease,
} from "@xgt/hypercall-abi";
import { BOOT_LOG_DOMAINS_MAX, BOOT_LOG_RANGES_MAX } from "../../limits.ts";
import type { Speaker } from "./boot-log-line.ts";
import type { AddressRange } from "./guest-layout.ts";

/** What a boot log says about one domain. Addresses in bytes. */
export interface BootDomain {
  readonly domid: number;
  /** Banks in the guest's addresses; of a 1:1 allocation they are the host's too. */
  readonly banks: AddressRange[];
  /** Banks of static memory in the host's addresses: where the guest sees them, Xen does not print. */
  readonly staticBanks: AddressRange[];
  readonly extended: AddressRange[];
  /** Where kernel, device tree and initrd went, in the guest's addresses. */
  readonly loaded: AddressRange[];
  readonly swiotlb: AddressRange[];
  /** Where the hardware domain's grant table goes; null: the log does not say. */
  grantTable: AddressRange | null;
  /** Bytes that Xen set out to allocate for `banks`; null: the log does not say. */
  wanted: number | null;
  /** Line on which Xen says so, else that of the first bank; 0: neither is in the log. */
  memoryLine: number;
  /** Built with the host's devices: it has the host's layout. */
  hardware: boolean;
  /** Its banks are the host's addresses. */
  oneToOne: boolean;
  /** Virtual CPUs; null: the log does not say. */
  cpus: number | null;
  /** Bytes of RAM, of a domain that Xen itself starts; null: the log does not say. */
  memory: number | null;
}

/** A module that the boot loader left in memory. */
export interface BootModule extends AddressRange {
  /** Xen's word for it: `Xen`, `Device Tree`, `Ramdisk`, `Kernel`, `Guest DTB`, ... */
  readonly kind: string;
}

/** The version that Xen's banner names. */
export interface XenVersion {
  readonly major: number;
  readonly minor: number;
  /** `.7`, `.4-pre`, `-unstable`. */
  readonly rest: string;
  /** Version of the distribution's package; null where the banner names none. */
  readonly package: string | null;
  /** Built with debug=y. */
  readonly debug: boolean;
}

const SWIOTLB = /software IO TLB: mapped \[mem 0x([0-9a-f]{1,16})-0x([0-9a-f]{1,16})\]/;
const PACKAGE = /\d+\.\d+(?:\.\d+)?\+\d+/;
const MIB = 1 << 20;
/** From this release on Xen prints the last byte of a module, before it the byte behind it (bootfdt.c:early_print_info). */
const INCLUSIVE_MODULES = "4.20";

/** Domain id in Xen's lines before a domain had told its id; the next line that names one gives it. */
const UNNAMED = -1;

/** What the console said of one boot. Addresses in bytes. */
export class BootFacts {
  /** null: no banner in the log. */
  version: XenVersion | null = null;
  /** undefined: the log does not say. */
  arch: ArchitectureName | undefined;
  /** The host's RAM, modules and reserved memory. */
  readonly hostRam: AddressRange[] = [];
  readonly modules: BootModule[] = [];
  readonly reserved: AddressRange[] = [];
  /** Version of the interrupt controller; null: the log does not say. */
  gic: 2 | 3 | null = null;
  /** Addresses of its parts; null: the log does not say. */
  distributor: number | null = null;
  cpuInterface: number | null = null;
  /** The CPU interface shows up again in every 4 KiB of 64: it takes 128 KiB (xen/arch/arm/gic-v2.c:gicv2_init@master). */
  cpuInterfaceAliased = false;
  readonly redistributors: AddressRange[] = [];
  /** undefined: the log does not say. */
  iommu: boolean | undefined;
  /** CPUs of the host; null: the log does not say. */
  cpus: number | null = null;
  /** `memop-max-order=` of Xen's command line: limits of domUs, the control domain, the hardware domain. */
  orders: readonly (number | undefined)[] = [];
  readonly domains = new Map<number, BootDomain>();

  private changeSet: string | undefined;
  /** The domain that is being built. */
  private current = UNNAMED;
  private unnamed: BootDomain | null = null;
  private readonly hardwareDomainSwiotlb: AddressRange[] = [];

  /** The release that the banner names; null where it is not known here or there is no banner. */
  get release(): XenRelease | null {
    return this.reading.release;
  }

  /** Why the release that the banner names is not known, else null. */
  get releaseWarning(): string | null {
    return this.reading.warning;
  }

  /** The release as "major.minor". */
  get xen(): string | undefined {
    return this.release === null ? undefined : releaseNumbers(this.release);
  }

  /** The package's version, of an unreleased build its commit, else Xen's full version. */
  get build(): string | undefined {
    const { version } = this;
    if (version === null) return undefined;
    const unreleased = version.rest.startsWith("-") ? this.changeSet : undefined;
    const name = version.package ?? unreleased ?? `${version.major}.${version.minor}${version.rest}`;
    return version.debug ? `${name} debug` : name;
  }

  /** A line that a guest printed. */
  takeGuestLine(speaker: Exclude<Speaker, "xen">, text: string): void {
    const match = SWIOTLB.exec(text);
    if (match === null) return;
    const to =
      speaker === "hardware-domain" ? this.hardwareDomainSwiotlb : this.domains.get(speaker)?.swiotlb;
    if (to !== undefined) addRange(to, match[1], match[2]);
  }

  /** Lines of a console that name no domain: of the hardware domain, or of the only one. */
  swiotlbOf(domain: BootDomain): readonly AddressRange[] {
    return domain.hardware || this.domains.size === 1
      ? [...domain.swiotlb, ...this.hardwareDomainSwiotlb]
      : domain.swiotlb;
  }

  /** Whether another boot had the same Xen and the same memory. */
  describesSameHost(other: BootFacts): boolean {
    const memory = (facts: BootFacts): string =>
      JSON.stringify(
        [...facts.domains.values()].map((domain) => [domain.domid, domain.banks, domain.staticBanks]),
      );
    return this.build === other.build && memory(this) === memory(other);
  }

  /** Takes over what guests printed during a boot of the same host. */
  takeGuestLines(from: BootFacts): void {
    this.hardwareDomainSwiotlb.push(...from.hardwareDomainSwiotlb);
    for (const [domid, domain] of from.domains) this.domains.get(domid)?.swiotlb.push(...domain.swiotlb);
  }

  /** The domain of that id, which is the one being built. */
  domain(domid: number): BootDomain | null {
    const known = this.domains.get(domid);
    if (known !== undefined) {
      this.current = domid;
      return known;
    }
    if (this.domains.size >= BOOT_LOG_DOMAINS_MAX) return null;
    const domain = this.unnamed === null ? newDomain(domid) : { ...this.unnamed, domid };
    this.unnamed = null;
    this.domains.set(domid, domain);
    this.current = domid;
    return domain;
  }

  takeVersion(match: RegExpExecArray): void {
    const [, major, minor, rest, more] = match;
    this.version = {
      major: Number(major),
      minor: Number(minor),
      rest,
      package: PACKAGE.exec(more)?.[0] ?? null,
      debug: /\bdebug=y\b/.test(more),
    };
    if (/\baarch64-/.test(more)) this.arch = "arm64";
    else if (/\barm-\S*eabi/.test(more)) this.arch = "arm32";
  }

  takeChangeSet(changeSet: string): void {
    this.changeSet = changeSet;
  }

  /** A 64-bit Xen prints both lines, a 32-bit one only the second (xen/arch/arm/setup.c:processor_id@master). */
  takeExecution(bits: string): void {
    if (bits === "64") this.arch = "arm64";
    else this.arch ??= "arm32";
  }

  takeCommandLine(line: string): void {
    const orders = /(?:^|\s)memop-max-order=([\d,]+)/.exec(line);
    if (orders !== null) this.orders = orders[1].split(",").map((n) => (n === "" ? undefined : Number(n)));
  }

  takeCpus(cpus: number): void {
    this.cpus = cpus;
  }

  takeGic(version: number): void {
    this.gic = version === 2 ? 2 : 3;
  }

  takeDistributor(address: string): void {
    this.distributor = addressOf(address);
  }

  takeCpuInterface(address: string): void {
    this.cpuInterface = addressOf(address);
  }

  takeAliasedCpuInterface(): void {
    this.cpuInterfaceAliased = true;
  }

  takeRedistributor(match: RegExpExecArray): void {
    if (this.gic === 3) addRange(this.redistributors, match[1], match[2]);
  }

  takeIommu(enabled: boolean): void {
    this.iommu = enabled;
  }

  beginDomain(domid: number): void {
    this.unnamed = null;
    const domain = this.domain(domid);
    if (domain !== null) domain.hardware = true;
  }

  beginDomU(match: RegExpExecArray): void {
    this.current = UNNAMED;
    this.unnamed = newDomain(UNNAMED);
    this.unnamed.cpus = Number(match[1]);
    this.unnamed.memory = Number.parseInt(match[2], 16) * 1024;
  }

  takeOneToOneTotal(domid: number, megabytes: number, line: number): void {
    this.takeOneToOne(domid);
    this.takeTotal(domid, megabytes, line);
  }

  takeTotal(domid: number, megabytes: number, line: number): void {
    const domain = this.domain(domid);
    if (domain === null) return;
    domain.wanted = megabytes * MIB;
    domain.memoryLine = line;
  }

  /** A log that begins late may lack the line before the banks: only dom0 is allocated so. */
  takeOneToOneBank(start: string, end: string, line: number): void {
    const domid = this.current === UNNAMED ? 0 : this.current;
    this.takeOneToOne(domid);
    this.takeBank(domid, start, end, line);
  }

  takeBank(domid: number, start: string, end: string, line: number): void {
    const domain = this.domain(domid);
    if (domain === null) return;
    addRange(domain.banks, start, end);
    if (domain.memoryLine === 0) domain.memoryLine = line;
  }

  takeHostRam(match: RegExpExecArray): void {
    addRange(this.hostRam, match[1], match[2], 1);
  }

  takeModule(match: RegExpExecArray): void {
    const range = rangeOf(match[1], match[2], since(this.release, INCLUSIVE_MODULES) === true ? 1 : 0);
    if (range === null || this.modules.length >= BOOT_LOG_RANGES_MAX) return;
    const kind = match[3].trim();
    if (!this.modules.some((module) => module.start === range.start && module.kind === kind)) {
      this.modules.push({ ...range, kind });
    }
  }

  /** Of a /memreserve/ Xen prints the byte behind it, of a reserved-memory node the last byte. */
  takeReserved(match: RegExpExecArray): void {
    const last = addressOf(match[2]);
    const isInclusive = last !== null && last % PAGE_SIZE === PAGE_SIZE - 1;
    addRange(this.reserved, match[1], match[2], isInclusive ? 1 : 0);
  }

  /** Only the hardware domain's table is placed by the host's layout. */
  takeGrantTable(match: RegExpExecArray): void {
    const domain = this.building();
    if (domain === null) return;
    const range = rangeOf(match[1], match[2]);
    if (range === null) return;
    domain.grantTable = range;
    domain.hardware = true;
  }

  /** `domid` null: the domain that is being built. */
  takeRange(
    list: "banks" | "staticBanks" | "extended" | "loaded",
    domid: number | string | null,
    start: string,
    end: string,
  ): void {
    const domain = domid === null ? this.building() : this.domain(Number(domid));
    if (domain !== null) addRange(domain[list], start, end);
  }

  private get reading(): { readonly release: XenRelease | null; readonly warning: string | null } {
    const { version } = this;
    return version === null
      ? { release: null, warning: null }
      : readRelease(`${version.major}.${version.minor}`);
  }

  private takeOneToOne(domid: number): void {
    const domain = this.domain(domid);
    if (domain === null) return;
    domain.oneToOne = true;
    domain.hardware = true;
  }

  private building(): BootDomain | null {
    if (this.current !== UNNAMED) return this.domain(this.current);
    return this.unnamed ?? this.domain(0);
  }
}

function newDomain(domid: number): BootDomain {
  return {
    domid,
    banks: [],
    staticBanks: [],
    extended: [],
    loaded: [],
    swiotlb: [],
    grantTable: null,
    wanted: null,
    memoryLine: 0,
    hardware: false,
    oneToOne: false,
    cpus: null,
    memory: null,
  };
}

function addressOf(hex: string): number | null {
  const address = Number.parseInt(hex, 16);
  return Number.isSafeInteger(address) ? address : null;
}

/** A range whose end is exclusive, as most of Xen's and that of Linux's swiotlb line, or else `more` bytes short of that. */
function rangeOf(start: string, end: string, more = 0): AddressRange | null {
  const first = addressOf(start);
  const last = addressOf(end);
  if (first === null || last === null || last + more <= first) return null;
  return { start: first, end: last + more };
}

/** Lines repeat where a guest prints Xen's log on the same console: each range counts once. */
function addRange(to: AddressRange[], start: string, end: string, more = 0): void {
  const range = rangeOf(start, end, more);
  if (range === null || to.length >= BOOT_LOG_RANGES_MAX) return;
  if (!to.some((known) => known.start === range.start && known.end === range.end)) to.push(range);
}
