import type { ArchitectureName } from "@xgt/hypercall-abi";
import { BOOT_LOG_DOMAINS_MAX, BOOT_LOG_RANGES_MAX } from "../limits.ts";
import type { Speaker } from "./boot-log-line.ts";
import type { AddressRange } from "./guest-memory-map.ts";

/** What a boot log says about one domain. Addresses in bytes. */
export interface BootLogDomain {
  readonly domid: number;
  /** Banks in the guest's addresses; of a 1:1 allocation they are the host's too. */
  readonly banks: AddressRange[];
  /** Banks of static memory in the host's addresses: where the guest sees them, Xen does not print. */
  readonly staticBanks: AddressRange[];
  readonly extended: AddressRange[];
  /** Where kernel, device tree and initrd went, in the guest's addresses. */
  readonly loaded: AddressRange[];
  readonly swiotlb: AddressRange[];
  grantTable: AddressRange | null;
  /** Built with the host's devices: it has the host's layout. */
  hardware: boolean;
  oneToOne: boolean;
  cpus: number | null;
  /** Bytes of RAM, of a domain that Xen itself starts. */
  memory: number | null;
}

export interface XenVersion {
  readonly major: number;
  readonly minor: number;
  /** `.7`, `.4-pre`, `-unstable`. */
  readonly rest: string;
  /** Version of the distribution's package. */
  readonly package: string | null;
  readonly debug: boolean;
}

const BANNER = /^Xen version (\d{1,4})\.(\d{1,4})(\S{0,64}) \((.*)$/;
const HEX = "(?:0x)?([0-9a-f]{1,16})";
const SWIOTLB = new RegExp(`software IO TLB: mapped \\[mem ${HEX}-${HEX}\\]`);
const PACKAGE = /\d+\.\d+(?:\.\d+)?\+\d+/;

/** Domain id in Xen's lines before a domain had told its id; the next line that names one gives it. */
const UNNAMED = -1;

type Take = (facts: BootLogFacts, match: RegExpExecArray) => void;

/** Xen's lines, 4.11 to master, and what they say (xen/arch/arm/domain_build.c, dom0less-build.c, gic-v2.c, gic-v3.c; xen/common/device-tree). */
const xenLines: readonly (readonly [RegExp, Take])[] = [
  [BANNER, (facts, m) => facts.takeVersion(m)],
  [/^Latest ChangeSet: .*git:([0-9a-f]{7,40}\S{0,16})/, (facts, m) => facts.takeChangeSet(m[1])],
  [/^(64|32)-bit Execution:/, (facts, m) => facts.takeExecution(m[1])],
  [/^Command line: (.*)$/, (facts, m) => facts.takeCommandLine(m[1])],
  [/^SMP: Allowing (\d{1,5}) CPUs/, (facts, m) => facts.takeCpus(Number(m[1]))],
  [/^GICv([23]) initialization:/, (facts, m) => facts.takeGic(Number(m[1]))],
  [new RegExp(`^\\s*gic_dist_addr=${HEX}`), (facts, m) => facts.takeDistributor(m[1])],
  [new RegExp(`^\\s*gic_cpu_addr=${HEX}`), (facts, m) => facts.takeCpuInterface(m[1])],
  [new RegExp(`^GICv2: Adjusting CPU interface base to ${HEX}`), (facts) => facts.takeAliasedCpuInterface()],
  [new RegExp(`^\\s*- region \\d+: ${HEX} - ${HEX}`), (facts, m) => facts.takeRedistributor(m)],
  [/^I\/O virtualisation (en|dis)abled/, (facts, m) => facts.takeIommu(m[1] === "en")],
  [/^\*\*\* LOADING DOMAIN 0 \*\*\*/, (facts) => facts.beginDomain(0)],
  [/^\*\*\* LOADING DOMU cpus=(\d{1,5}) memory=(?:0x)?([0-9a-f]{1,13})KB/, (facts, m) => facts.beginDomU(m)],
  [/^Loading d(\d{1,5}) kernel /, (facts, m) => facts.domain(Number(m[1]))],
  [
    new RegExp(`^Loading zImage from ${HEX} to ${HEX}-${HEX}`),
    (facts, m) => facts.takeRange("loaded", null, m[2], m[3]),
  ],
  [
    new RegExp(`^Loading d(\\d{1,5}) (?:DTB|initrd from [0-9a-fx]{1,18}) to ${HEX}-${HEX}`),
    (facts, m) => facts.takeRange("loaded", m[1], m[2], m[3]),
  ],
  [
    /^Allocating 1:1 mappings totalling \d+MB for (?:dom|d)(\d{1,5}):/,
    (facts, m) => facts.takeOneToOne(Number(m[1])),
  ],
  [new RegExp(`^BANK\\[\\d+\\] ${HEX}-${HEX}`), (facts, m) => facts.takeOneToOneBank(m)],
  [
    new RegExp(`^d(\\d{1,5}) BANK\\[\\d+\\] ${HEX}-${HEX}`),
    (facts, m) => facts.takeRange("banks", m[1], m[2], m[3]),
  ],
  [
    new RegExp(`^d(\\d{1,5}): STATIC BANK\\[\\d+\\] ${HEX}-${HEX}`),
    (facts, m) => facts.takeRange("staticBanks", m[1], m[2], m[3]),
  ],
  [new RegExp(`^Grant table range: ${HEX}-${HEX}`), (facts, m) => facts.takeGrantTable(m)],
  [
    new RegExp(`^d(\\d{1,5}): extended region \\d+: ${HEX}->${HEX}`),
    (facts, m) => facts.takeRange("extended", m[1], m[2], m[3]),
  ],
];

/** One boot, line by line. */
export class BootLogFacts {
  version: XenVersion | null = null;
  arch: ArchitectureName | undefined;
  gic: 2 | 3 | null = null;
  distributor: number | null = null;
  cpuInterface: number | null = null;
  /** The CPU interface shows up again in every 4 KiB of 64: it takes 128 KiB (xen/arch/arm/gic-v2.c:gicv2_init@master). */
  cpuInterfaceAliased = false;
  readonly redistributors: AddressRange[] = [];
  iommu: boolean | undefined;
  /** CPUs of the host. */
  cpus: number | null = null;
  /** `memop-max-order=` of Xen's command line: limits of domUs, the control domain, the hardware domain. */
  orders: readonly (number | undefined)[] = [];
  readonly domains = new Map<number, BootLogDomain>();

  private changeSet: string | undefined;
  /** The domain that is being built. */
  private current = UNNAMED;
  private unnamed: BootLogDomain | null = null;
  private readonly hardwareDomainSwiotlb: AddressRange[] = [];

  static isBanner(text: string): boolean {
    return BANNER.test(text);
  }

  /** "major.minor". */
  get xen(): string | undefined {
    return this.version === null ? undefined : `${this.version.major}.${this.version.minor}`;
  }

  /** The package's version, of an unreleased build its commit, else Xen's full version. */
  get build(): string | undefined {
    const { version } = this;
    if (version === null) return undefined;
    const unreleased = version.rest.startsWith("-") ? this.changeSet : undefined;
    const name = version.package ?? unreleased ?? `${version.major}.${version.minor}${version.rest}`;
    return version.debug ? `${name} debug` : name;
  }

  xenLine(text: string): void {
    for (const [pattern, take] of xenLines) {
      const match = pattern.exec(text);
      if (match === null) continue;
      take(this, match);
      return;
    }
  }

  guestLine(speaker: Exclude<Speaker, "xen">, text: string): void {
    const match = SWIOTLB.exec(text);
    if (match === null) return;
    const to =
      speaker === "hardware-domain" ? this.hardwareDomainSwiotlb : this.domains.get(speaker)?.swiotlb;
    if (to !== undefined) addRange(to, match[1], match[2]);
  }

  /** Lines of a console that name no domain: of the hardware domain, or of the only one. */
  swiotlbOf(domain: BootLogDomain): readonly AddressRange[] {
    return domain.hardware || this.domains.size === 1
      ? [...domain.swiotlb, ...this.hardwareDomainSwiotlb]
      : domain.swiotlb;
  }

  /** Whether another boot had the same Xen and the same memory. */
  describesSameHost(other: BootLogFacts): boolean {
    const memory = (facts: BootLogFacts): string =>
      JSON.stringify(
        [...facts.domains.values()].map((domain) => [domain.domid, domain.banks, domain.staticBanks]),
      );
    return this.build === other.build && memory(this) === memory(other);
  }

  takeGuestLines(from: BootLogFacts): void {
    this.hardwareDomainSwiotlb.push(...from.hardwareDomainSwiotlb);
    for (const [domid, domain] of from.domains) this.domains.get(domid)?.swiotlb.push(...domain.swiotlb);
  }

  /** The domain of that id, which is the one being built. */
  domain(domid: number): BootLogDomain | null {
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

  takeOneToOne(domid: number): void {
    const domain = this.domain(domid);
    if (domain === null) return;
    domain.oneToOne = true;
    domain.hardware = true;
  }

  /** A log that begins late may lack the line before the banks: only dom0 is allocated so. */
  takeOneToOneBank(match: RegExpExecArray): void {
    const domid = this.current === UNNAMED ? 0 : this.current;
    this.takeOneToOne(domid);
    this.takeRange("banks", String(domid), match[1], match[2]);
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
    domid: string | null,
    start: string,
    end: string,
  ): void {
    const domain = domid === null ? this.building() : this.domain(Number(domid));
    if (domain !== null) addRange(domain[list], start, end);
  }

  private building(): BootLogDomain | null {
    if (this.current !== UNNAMED) return this.domain(this.current);
    return this.unnamed ?? this.domain(0);
  }
}

function newDomain(domid: number): BootLogDomain {
  return {
    domid,
    banks: [],
    staticBanks: [],
    extended: [],
    loaded: [],
    swiotlb: [],
    grantTable: null,
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

/** Xen's ends are exclusive, and so are those of Linux's swiotlb line. */
function rangeOf(start: string, end: string): AddressRange | null {
  const range = { start: addressOf(start), end: addressOf(end) };
  if (range.start === null || range.end === null || range.end <= range.start) return null;
  return { start: range.start, end: range.end };
}

/** Lines repeat where a guest prints Xen's log on the same console: each range counts once. */
function addRange(to: AddressRange[], start: string, end: string): void {
  const range = rangeOf(start, end);
  if (range === null || to.length >= BOOT_LOG_RANGES_MAX) return;
  if (!to.some((known) => known.start === range.start && known.end === range.end)) to.push(range);
}
