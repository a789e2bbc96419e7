import type { XenRelease } from "@xgt/hypercall-abi";
import { bigGuestMap, GUEST_VPL011_SPI } from "@xgt/hypercall-abi";
import { type AddressRange, overlaps, pagesOf, subtract } from "../terms/address-range.ts";
import {
  GIC_CPU_SIZE,
  GICV2_DISTRIBUTOR_SIZE,
  GICV3_DISTRIBUTOR_SIZE,
  REDISTRIBUTOR_SIZE,
  UART_SIZE,
} from "../terms/emulated-hardware.ts";
import { childNamed, type DeviceTree, nodeAt } from "../tree/device-tree.ts";
import type { BootModule } from "./boot-module.ts";
import { type DomainConfig, domainConfigs, type SharedMemory } from "./domain-config.ts";
import { extendedRegions } from "./extended-regions.ts";
import { bigRange, type GivenBootLog } from "./given-boot-log.ts";
import { type HostDevice, type HostPlatform, type ReservedRange, readDevice, readHost } from "./host.ts";
import { kernelImage, type ModuleFile } from "./module-file.ts";
import { assignedRanges, isAssigned, type PassthroughNode, passthroughNodes } from "./passthrough.ts";
import { isPlaced, type Placement, type PlacementFailure, placeImages } from "./placement.ts";
import type { BusMaster } from "./protection-windows.ts";

/** Everything a check works from. */
export interface LayoutInput {
  /** The tree that Xen boots with, overlays merged. */
  readonly host: DeviceTree;
  /** Files by the path of their module node. */
  readonly modules: ReadonlyMap<string, ModuleFile>;
  /** The Xen whose rules count. */
  readonly release: XenRelease;
  /** What bus masters reach beyond what the tree says; absent: nothing is known. */
  readonly masters?: readonly BusMaster[];
  /** Ranges that firmware holds without saying so in the tree. */
  readonly firmware?: readonly ReservedRange[];
  /** CONFIG_ names of Xen's build: "y", "n" or a value. */
  readonly kconfig?: ReadonlyMap<string, string>;
  /** A console of a boot; null or absent: none was given. */
  readonly bootLog?: GivenBootLog | null;
  /** Bits of guest addresses (p2m_ipa_bits); 40 where not told. */
  readonly paBits?: number;
  /** The host tree was not given: only what the boot log alone tells is checked. */
  readonly treeMissing?: boolean;
  /** A Dom0 will be there although the tree holds no kernel for it. */
  readonly dom0?: boolean;
}

/** Something that Xen emulates or places at a fixed guest address. */
interface GuestWindow extends AddressRange {
  readonly name: "gic-distributor" | "gic-redistributor" | "gic-cpu" | "uart";
}

/** A shared memory node whose host address is known. */
interface PlacedSharedMemory extends SharedMemory {
  readonly host: bigint;
}

/** A domain as Xen would build it. */
export interface GuestDomain {
  /** The node as written. */
  readonly config: DomainConfig;
  readonly domid: number;
  /** Guest addresses are host addresses. */
  readonly directMap: boolean;
  /** GIC and extended regions follow the host (domain_use_host_layout). */
  readonly hostLayout: boolean;
  /** RAM as the guest sees it. */
  readonly ram: readonly AddressRange[];
  /** What Xen emulates. */
  readonly windows: readonly GuestWindow[];
  /** The interrupt of the emulated UART, GIC number; null: none. */
  readonly uartSpi: number | null;
  /** Null: no PV interfaces, so the window is not shown to the guest. */
  readonly grantWindow: AddressRange | null;
  /** Null: no multiboot,kernel module. */
  readonly kernel: BootModule | null;
  /** Null: none. */
  readonly ramdisk: BootModule | null;
  /** Null: there is none, or its file was not given. */
  readonly partial: DeviceTree | null;
  /** Null: the domain has no multiboot,device-tree module. */
  readonly partialModule: BootModule | null;
  /** Nodes below /passthrough. */
  readonly devices: readonly PassthroughNode[];
  /** Guest addresses of all xen,reg that Xen maps. */
  readonly assigned: readonly AddressRange[];
  readonly sharedMemory: readonly PlacedSharedMemory[];
  /** Xen sets an IOMMU context up for the domain. */
  readonly iommu: boolean;
  /** Null: sizes are not known. */
  readonly placement: Placement | PlacementFailure | null;
  /** Unused guest addresses that Xen offers for grants and foreign pages. */
  readonly extended: readonly AddressRange[];
}

/** A host and its domains as Xen would see them. */
export interface LayoutModel {
  readonly input: LayoutInput;
  readonly release: XenRelease;
  readonly host: HostPlatform;
  readonly domains: readonly GuestDomain[];
  readonly masters: readonly BusMaster[];
  /** A Dom0 will run. */
  readonly dom0: boolean;
  /** The host's node of a path, with registers and interrupts; null: there is none. */
  hostDevice(path: string): HostDevice | null;
}

const USUAL_PA_BITS = 40;

/** Works out what Xen makes of a host tree with its domains. */
export function layoutModel(input: LayoutInput): LayoutModel {
  const plain = readHost(input.host);
  const host = {
    ...plain,
    ram: plain.ram.length > 0 ? plain.ram : (input.bootLog?.log.facts.hostRam ?? []).map(bigRange),
    reserved: [...plain.reserved, ...(input.firmware ?? []), ...loggedRanges(input, plain)],
  };
  const hostDevice = (path: string): HostDevice | null => {
    const node = nodeAt(input.host, path);
    if (node === null) return null;
    return host.devices.find((device) => device.node === node) ?? readDevice(node, host);
  };
  const configs = domainConfigs(childNamed(input.host.root, "chosen"), input.release);
  const base: LayoutModel = {
    input,
    release: input.release,
    host,
    domains: [],
    masters: input.masters ?? [],
    dom0: input.dom0 ?? host.dom0,
    hostDevice,
  };
  const domains = configs.map((config) => buildDomain(base, config));
  const model = { ...base, domains };
  const paBits = input.paBits ?? USUAL_PA_BITS;
  return {
    ...model,
    domains: domains.map((domain) => {
      const extended = domain.grantWindow === null ? [] : extendedRegions(model, domain, paBits);
      return { ...domain, extended };
    }),
  };
}

/** Memory that the boot log shows in use and that the tree says nothing about: what firmware and boot loader added. */
function loggedRanges(input: LayoutInput, host: HostPlatform): ReservedRange[] {
  const facts = input.bootLog?.log.facts;
  if (facts === undefined) return [];
  const configs = domainConfigs(childNamed(input.host.root, "chosen"), input.release);
  const known: AddressRange[] = [
    ...host.reserved,
    ...[...host.modules, ...configs.flatMap(({ modules }) => modules)].flatMap(({ memory }) => memory ?? []),
    ...configs.flatMap(({ banks }) => banks),
    ...configs.flatMap(({ sharedMemory }) =>
      sharedMemory.flatMap(({ host: start, size }) => (start === null ? [] : [{ start, size }])),
    ),
  ];
  const claims = [
    ...facts.modules.map((module) => ({
      ...bigRange(module),
      name: `the ${module.kind} module of the boot log`,
    })),
    ...facts.reserved.map((range) => ({ ...bigRange(range), name: "reserved memory of the boot log" })),
  ];
  return claims
    .filter((claim) => !known.some((range) => overlaps(range, claim)))
    .map((claim) => ({ ...claim, node: null, kind: "boot-log" as const }));
}

function buildDomain(model: LayoutModel, config: DomainConfig): GuestDomain {
  const { host, input } = model;
  const partialModule = config.modules.find((module) => module.kind === "device-tree") ?? null;
  const partial = fileOf(input, partialModule)?.tree ?? null;
  const devices = partial === null ? [] : passthroughNodes(partial, model.hostDevice);
  const kernel = config.modules.find((module) => module.kind === "kernel") ?? null;
  const ramdisk = config.modules.find((module) => module.kind === "ramdisk") ?? null;
  const ram = guestRam(config);
  const hostLayout = config.directMap || (config.capabilities & 2) !== 0;
  const uart = config.vpl011 ? uartOf(host, config.directMap) : null;
  return {
    config,
    domid: config.domid,
    directMap: config.directMap,
    hostLayout,
    ram,
    windows: [...gicWindows(host, hostLayout, config.cpus ?? 1), ...(uart === null ? [] : [uart.window])],
    uartSpi: uart?.spi ?? null,
    grantWindow: config.enhanced === "off" ? null : bigGuestMap.grantTable,
    kernel,
    ramdisk,
    partial,
    partialModule,
    devices,
    assigned: assignedRanges(devices),
    sharedMemory: config.sharedMemory.filter(
      (shared): shared is PlacedSharedMemory => shared.host !== null && !shared.malformed,
    ),
    iommu: host.iommus.length > 0 && (config.passthrough === "enabled" || partialModule !== null),
    placement: placementOf(input, ram, kernel, ramdisk),
    extended: [],
  };
}

/** The file given for a module, or null. */
export function fileOf(input: LayoutInput, module: BootModule | null): ModuleFile | null {
  return module === null ? null : (input.modules.get(module.node.path) ?? null);
}

/** RAM by common/device-tree/static-memory.c@master (1:1 banks; else GUEST_RAM0, GUEST_RAM1 filled in turn). */
function guestRam(config: DomainConfig): AddressRange[] {
  if (config.directMap && config.hasStaticMem) return [...config.banks];
  let left = config.hasStaticMem
    ? config.banks.reduce((sum, bank) => sum + bank.size, 0n)
    : (config.memory ?? 0n);
  return [bigGuestMap.ram0, bigGuestMap.ram1].flatMap((bank) => {
    const size = left < bank.size ? left : bank.size;
    left -= size;
    return size > 0n ? [{ start: bank.start, size }] : [];
  });
}

/** vgic_v2_domain_init, vgic_v3_domain_init@master. */
function gicWindows(host: HostPlatform, hostLayout: boolean, cpus: number): GuestWindow[] {
  const version = host.gic?.version ?? 2;
  if (!hostLayout) {
    if (version === 2) {
      return [
        { name: "gic-distributor", ...bigGuestMap.gicV2Distributor },
        { name: "gic-cpu", ...bigGuestMap.gicV2Cpu },
      ];
    }
    return [
      { name: "gic-distributor", ...bigGuestMap.gicV3Distributor },
      { name: "gic-redistributor", ...bigGuestMap.gicV3Redistributor },
    ];
  }
  if (host.gic === null) return [];
  const { distributor, cpu, redistributors } = host.gic;
  const size = version === 2 ? GICV2_DISTRIBUTOR_SIZE : GICV3_DISTRIBUTOR_SIZE;
  const windows: GuestWindow[] = [{ name: "gic-distributor", start: distributor.start, size }];
  if (cpu !== null) windows.push({ name: "gic-cpu", start: cpu.start, size: GIC_CPU_SIZE });
  let first = 0;
  for (const region of redistributors) {
    if (first >= cpus) break;
    windows.push({ name: "gic-redistributor", ...region });
    first += Number(region.size / REDISTRIBUTOR_SIZE);
  }
  return windows;
}

/** arch/arm/vpl011.c:domain_vpl011_init@master. */
function uartOf(host: HostPlatform, directMap: boolean): { window: GuestWindow; spi: number } | null {
  if (!directMap) return { window: { name: "uart", ...bigGuestMap.uart }, spi: GUEST_VPL011_SPI };
  const { registers = null, spi = null } = host.uart ?? {};
  if (registers === null || spi === null || registers.size < UART_SIZE) return null;
  return { window: { name: "uart", start: registers.start, size: UART_SIZE }, spi };
}

function placementOf(
  input: LayoutInput,
  ram: readonly AddressRange[],
  kernel: BootModule | null,
  ramdisk: BootModule | null,
): Placement | PlacementFailure | null {
  const bank = ram[0];
  if (bank === undefined || kernel?.memory == null) return null;
  const image = kernelImage(kernel.memory.size, fileOf(input, kernel));
  return placeImages(bank, image, ramdisk?.memory?.size ?? 0n);
}

/** The placement where there is one. */
export function placed(domain: GuestDomain): Placement | null {
  return domain.placement !== null && isPlaced(domain.placement) ? domain.placement : null;
}

/** Nodes whose xen,reg Xen maps. */
export function assignedNodes(domain: GuestDomain): readonly PassthroughNode[] {
  return domain.devices.filter(isAssigned);
}

/** Memory of all modules: of Dom0, of Xen and of every domain. */
export function moduleRanges(model: LayoutModel): { module: BootModule; memory: AddressRange }[] {
  const modules = [...model.host.modules, ...model.domains.flatMap((domain) => domain.config.modules)];
  return modules.flatMap((module) => {
    return module.memory === null || module.memory.size === 0n ? [] : [{ module, memory: module.memory }];
  });
}

/** Host RAM that no reservation, static bank or module takes. */
export function freeRam(model: LayoutModel): AddressRange[] {
  const taken = [
    ...model.host.reserved.map(pagesOf),
    ...model.domains.flatMap((domain) => domain.config.banks),
    ...moduleRanges(model).map(({ memory }) => memory),
    ...model.domains
      .flatMap((domain) => domain.sharedMemory)
      .map(({ host, size }) => ({ start: host, size })),
  ];
  return subtract(model.host.ram, taken);
}
