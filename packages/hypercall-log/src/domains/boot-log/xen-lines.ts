import type { BootFacts } from "./boot-facts.ts";

const HEX = "(?:0x)?([0-9a-f]{1,16})";
const BANNER = /^Xen version (\d{1,4})\.(\d{1,4})(\S{0,64}) \((.*)$/;

/** What one of Xen's lines says: `line` is its number. */
type Take = (facts: BootFacts, match: RegExpExecArray, line: number) => void;

/**
 * Xen's lines from 4.11 to master, and what they say. Where releases differ, the line says which
 * (xen/arch/arm/domain_build.c, dom0less-build.c, kernel.c, bootfdt.c, gic-v2.c, gic-v3.c, setup.c; since 4.21 partly
 * xen/common/device-tree).
 */
const xenLines: readonly (readonly [RegExp, Take])[] = [
  [BANNER, (facts, m) => facts.takeVersion(m)],
  [/^Latest ChangeSet: .*git:([0-9a-f]{7,40}\S{0,16})/, (facts, m) => facts.takeChangeSet(m[1])],
  [/^(64|32)-bit Execution:/, (facts, m) => facts.takeExecution(m[1])],
  [/^Command line: (.*)$/, (facts, m) => facts.takeCommandLine(m[1])],
  [/^SMP: Allowing (\d{1,5}) CPUs/, (facts, m) => facts.takeCpus(Number(m[1]))],
  // Inclusive ends, in every release.
  [new RegExp(`^RAM: ${HEX} - ${HEX}`), (facts, m) => facts.takeHostRam(m)],
  [new RegExp(`^MODULE\\[\\d{1,4}\\]: ${HEX} - ${HEX} (.*)$`), (facts, m) => facts.takeModule(m)],
  [new RegExp(`^RESVD\\[\\d{1,4}\\]: ${HEX} - ${HEX}`), (facts, m) => facts.takeReserved(m)],
  [/^GICv([23]) initialization:/, (facts, m) => facts.takeGic(Number(m[1]))],
  [new RegExp(`^gic_dist_addr=${HEX}`), (facts, m) => facts.takeDistributor(m[1])],
  [new RegExp(`^gic_cpu_addr=${HEX}`), (facts, m) => facts.takeCpuInterface(m[1])],
  [new RegExp(`^GICv2: Adjusting CPU interface base to ${HEX}`), (facts) => facts.takeAliasedCpuInterface()],
  [new RegExp(`^- region \\d{1,4}: ${HEX} - ${HEX}`), (facts, m) => facts.takeRedistributor(m)],
  [/^I\/O virtualisation (en|dis)abled/, (facts, m) => facts.takeIommu(m[1] === "en")],
  [/^\*\*\* LOADING DOMAIN 0 \*\*\*/, (facts) => facts.beginDomain(0)],
  // In hex; with 0x from 4.18 on.
  [/^\*\*\* LOADING DOMU cpus=(\d{1,5}) memory=(?:0x)?([0-9a-f]{1,13})KB/, (facts, m) => facts.beginDomU(m)],
  // 4.11: "Loading kernel"; 4.12: "Loading Domd1 kernel".
  [/^Loading (?:Dom)?d(\d{1,5}) kernel /, (facts, m) => facts.domain(Number(m[1]))],
  [
    new RegExp(`^Loading zImage from ${HEX} to ${HEX}-${HEX}`),
    (facts, m) => facts.takeRange("loaded", null, m[2], m[3]),
  ],
  // Up to 4.12 "dom0", whichever domain it is.
  [
    new RegExp(`^Loading (?:dom0|d(\\d{1,5})) (?:DTB|initrd from [0-9a-fx]{1,18}) to ${HEX}-${HEX}`),
    (facts, m) => facts.takeRange("loaded", m[1] ?? null, m[2], m[3]),
  ],
  // "dom0" up to 4.21, then "d0".
  [
    /^Allocating 1:1 mappings totalling (\d{1,9})MB for (?:dom|d)(\d{1,5}):/,
    (facts, m, line) => facts.takeOneToOneTotal(Number(m[2]), Number(m[1]), line),
  ],
  [
    /^Allocating mappings totalling (\d{1,9})MB for d(\d{1,5}):/,
    (facts, m, line) => facts.takeTotal(Number(m[2]), Number(m[1]), line),
  ],
  [
    new RegExp(`^BANK\\[\\d{1,4}\\] ${HEX}-${HEX}`),
    (facts, m, line) => facts.takeOneToOneBank(m[1], m[2], line),
  ],
  [
    new RegExp(`^d(\\d{1,5}) BANK\\[\\d{1,4}\\] ${HEX}-${HEX}`),
    (facts, m, line) => facts.takeBank(Number(m[1]), m[2], m[3], line),
  ],
  [
    new RegExp(`^d(\\d{1,5}): STATIC BANK\\[\\d{1,4}\\] ${HEX}-${HEX}`),
    (facts, m) => facts.takeRange("staticBanks", Number(m[1]), m[2], m[3]),
  ],
  [new RegExp(`^Grant table range: ${HEX}-${HEX}`), (facts, m) => facts.takeGrantTable(m)],
  // 4.16 gives only the hardware domain such regions and names no domain.
  [
    new RegExp(`^(?:d(\\d{1,5}): e|E)xtended region \\d{1,4}: ${HEX}->${HEX}`),
    (facts, m) => facts.takeRange("extended", m[1] ?? null, m[2], m[3]),
  ],
];

/** Whether Xen's line begins another boot. */
export function isBanner(text: string): boolean {
  return BANNER.test(text);
}

/** Whether a line can only be Xen's, with its prefix lost: it begins a boot or the building of a domain. */
export function isXensOwn(text: string): boolean {
  return isBanner(text) || /^(?:\*\*\* LOADING DOM|Allocating (?:1:1 )?mappings totalling )/.test(text);
}

/** Puts what one of Xen's lines says into the facts. */
export function takeXenLine(facts: BootFacts, text: string, line: number): void {
  for (const [pattern, take] of xenLines) {
    const match = pattern.exec(text);
    if (match === null) continue;
    take(facts, match, line);
    return;
  }
}
