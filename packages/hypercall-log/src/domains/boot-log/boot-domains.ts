import { guestMap, PAGE_SIZE } from "@xgt/hypercall-abi";
import type { DomainMode, DomainSpec, FrameRange, Region } from "../spec/domain-spec.ts";
import type { BootDomain, BootFacts } from "./boot-facts.ts";
import { type AddressRange, allWithin, guestRam, guestRamTails } from "./guest-layout.ts";

/** Registers that Xen emulates for a GICv3 and a GICv2 distributor; no log prints their size (xen/arch/arm/vgic-v3.c, vgic-v2.c@master). */
const GICV3_DISTRIBUTOR_SIZE = 0x10000;
const GICV2_DISTRIBUTOR_SIZE = 0x1000;
const GICV2_CPU_SIZE = 0x2000;
const GICV2_ALIASED_CPU_SIZE = 0x20000;
/** Two 64 KiB frames for each CPU. */
const REDISTRIBUTOR_SIZE = 0x20000;

/** Limits of extent_order without `memop-max-order=` (xen/common/memory.c:max_order@master, xen/arch/arm/include/asm/config.h). */
const MAX_ORDER = 18;
const DOMU_ORDER = 9;
const HARDWARE_ORDER = 10;

interface Memory {
  readonly mode: DomainMode;
  readonly ram: readonly AddressRange[] | null;
}

/** The domains of one boot, in order of id. `notes` takes what stays open. */
export function domainSpecs(facts: BootFacts, notes: string[]): DomainSpec[] {
  return [...facts.domains.values()]
    .sort((a, b) => a.domid - b.domid)
    .map((domain) => {
      const { mode, ram } = memoryOf(domain, notes);
      const iommu = facts.iommu === true && !domain.hardware ? undefined : facts.iommu;
      return {
        domid: domain.domid,
        mode,
        ...(ram === null ? {} : { ram: ram.map(framesOf) }),
        regions: regionsOf(facts, domain, domain.hardware || mode === "direct-mapped"),
        // With an IOMMU in the host, a domU has it only with devices assigned, which no log says.
        ...(iommu === undefined ? {} : { iommu }),
        maxOrder: maxOrderOf(facts, domain),
      };
    });
}

function memoryOf(domain: BootDomain, notes: string[]): Memory {
  const { domid, banks, staticBanks } = domain;
  if (domain.oneToOne) return { mode: "direct-mapped", ram: banks.length === 0 ? null : banks };
  if (staticBanks.length > 0) return staticMemoryOf(domain, notes);
  if (banks.length > 0) return { mode: "translated", ram: banks };
  // Xen prints a domU's banks at a level that release builds hide by default.
  const ram = domain.memory === null ? null : guestRam(domain.memory);
  if (ram !== null && !domain.hardware && hasGuestLayout(domain, ram)) return { mode: "translated", ram };
  if (domain.extended.length > 0 || domain.loaded.length > 0) {
    notes.push(
      `domain ${domid}: it has the host's layout, but the log does not list its memory (Xen needs loglvl=info)`,
    );
    return { mode: domain.hardware ? "translated" : "direct-mapped", ram: null };
  }
  notes.push(`domain ${domid}: the log does not list its memory (Xen needs loglvl=info)`);
  return { mode: "translated", ram: null };
}

/**
 * Xen prints static memory in the host's addresses whether or not the guest sees it there. What shows a direct-mapped
 * domain is its kernel or device tree loaded at such an address, or extended regions outside of the guest layout.
 */
function staticMemoryOf(domain: BootDomain, notes: string[]): Memory {
  const { loaded, staticBanks } = domain;
  const size = staticBanks.reduce((sum, bank) => sum + bank.end - bank.start, 0);
  const moved = guestRam(size);
  const atHost = loaded.length > 0 && allWithin(loaded, staticBanks);
  const atGuest = loaded.length > 0 && allWithin(loaded, moved);
  const direct: Memory = { mode: "direct-mapped", ram: staticBanks };
  const translated: Memory = { mode: "static", ram: moved };
  if (atHost !== atGuest) return atHost ? direct : translated;
  if (!allWithin(domain.extended, guestRamTails(moved))) return direct;
  notes.push(
    `domain ${domain.domid}: the log does not show whether its static memory is mapped 1:1; taken as not. ` +
      "A specification file can say so (--domains)",
  );
  return translated;
}

function hasGuestLayout(domain: BootDomain, ram: readonly AddressRange[]): boolean {
  return allWithin(domain.loaded, ram) && allWithin(domain.extended, guestRamTails(ram));
}

function regionsOf(facts: BootFacts, domain: BootDomain, hostLayout: boolean): Region[] {
  const regions = hostLayout ? hostGic(facts, domain) : guestGic(facts);
  const grantTable = domain.grantTable ?? (domain.hardware ? null : guestMap.grantTable);
  if (grantTable !== null) regions.push(regionOf("grant-table", grantTable));
  for (const range of domain.extended) regions.push(regionOf("extended", range));
  for (const range of facts.swiotlbOf(domain)) regions.push(regionOf("swiotlb", range));
  return regions;
}

function hostGic(facts: BootFacts, domain: BootDomain): Region[] {
  const { distributor, cpuInterface } = facts;
  const regions: Region[] = [];
  if (distributor !== null) {
    const size = facts.gic === 2 ? GICV2_DISTRIBUTOR_SIZE : GICV3_DISTRIBUTOR_SIZE;
    regions.push(regionOf("gic-distributor", { start: distributor, end: distributor + size }));
  }
  // A domain gets as many of the host's redistributor regions as its CPUs need (xen/arch/arm/vgic-v3.c:vgic_v3_domain_init@master).
  const cpus = domain.cpus ?? facts.cpus ?? Number.POSITIVE_INFINITY;
  let served = 0;
  for (const range of facts.redistributors) {
    if (served >= cpus) break;
    regions.push(regionOf("gic-redistributor", range));
    served += (range.end - range.start) / REDISTRIBUTOR_SIZE;
  }
  if (cpuInterface !== null) {
    // Only the hardware domain has the whole of an aliased interface (xen/arch/arm/vgic-v2.c:vgic_v2_domain_init@master).
    const size = facts.cpuInterfaceAliased && domain.hardware ? GICV2_ALIASED_CPU_SIZE : GICV2_CPU_SIZE;
    regions.push(regionOf("gic-cpu", { start: cpuInterface, end: cpuInterface + size }));
  }
  return regions;
}

function guestGic(facts: BootFacts): Region[] {
  if (facts.gic === null) return [];
  if (facts.gic === 2) {
    return [regionOf("gic-distributor", guestMap.gicV2Distributor), regionOf("gic-cpu", guestMap.gicV2Cpu)];
  }
  return [
    regionOf("gic-distributor", guestMap.gicV3Distributor),
    regionOf("gic-redistributor", guestMap.gicV3Redistributor),
  ];
}

function maxOrderOf(facts: BootFacts, domain: BootDomain): number {
  const [domU = DOMU_ORDER, control = MAX_ORDER, hardware = HARDWARE_ORDER] = facts.orders;
  let order = domU;
  if (domain.domid === 0 && domain.hardware) order = Math.max(order, control);
  if (domain.hardware) order = Math.max(order, hardware);
  return Math.min(order, MAX_ORDER);
}

function framesOf({ start, end }: AddressRange): FrameRange {
  const gfn = Math.floor(start / PAGE_SIZE);
  return { gfn, count: Math.ceil(end / PAGE_SIZE) - gfn };
}

function regionOf(name: string, range: AddressRange): Region {
  return { name, ...framesOf(range) };
}
