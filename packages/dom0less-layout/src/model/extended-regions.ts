import { bigGuestMap } from "@xgt/hypercall-abi";
import {
  type AddressRange,
  alignDown,
  alignUp,
  endOf,
  pagesOf,
  SUPERPAGE_SIZE,
  subtract,
} from "../terms/address-range.ts";
import { MIN_EXTENDED_REGION } from "../terms/emulated-hardware.ts";
import { since } from "../terms/first-releases.ts";
import { translations } from "../tree/bus-address.ts";
import { type DtNode, textOf, walk } from "../tree/device-tree.ts";
import type { GuestDomain, LayoutModel } from "./layout-model.ts";

/**
 * Extended regions that Xen would choose (arch/arm/domain_build.c:make_hypervisor_node, add_ext_regions@master). Heap
 * that Xen holds does not matter: it is not taken out. `paBits`: Xen's p2m_ipa_bits.
 */
export function extendedRegions(model: LayoutModel, domain: GuestDomain, paBits: number): AddressRange[] {
  if (model.host.arguments.get("ext_regions")?.match(/^(no|off|0|false|disable)$/)) return [];
  const space: AddressRange = { start: 0n, size: 1n << BigInt(paBits) };
  const found = domain.hostLayout
    ? domain.iommu
      ? memoryHoles(model, domain, space)
      : unallocated(model, domain)
    : guestHoles(model, domain, space);
  return found.map(trimmed).filter((region) => region.size >= MIN_EXTENDED_REGION);
}

/** 2 MiB-aligned inside. */
function trimmed(range: AddressRange): AddressRange {
  const start = alignUp(range.start, SUPERPAGE_SIZE);
  const end = alignDown(endOf(range), SUPERPAGE_SIZE);
  return { start, size: end > start ? end - start : 0n };
}

/** find_unallocated_memory@4.17, find_host_extended_regions@master: host RAM that nobody is given statically. */
function unallocated(model: LayoutModel, domain: GuestDomain): AddressRange[] {
  const { host, release } = model;
  return subtract(host.ram, [
    ...domain.ram,
    ...model.domains.flatMap((other) => other.config.banks),
    ...host.reserved.filter(({ kind }) => kind !== "user" && kind !== "spin-table" && kind !== "boot-log"),
    ...(domain.grantWindow === null ? [] : [domain.grantWindow]),
    ...model.domains.flatMap((other) => other.sharedMemory).map(({ host: start, size }) => ({ start, size })),
    ...(release >= since.passthroughHoles ? domain.assigned : []),
  ]);
}

/** find_memory_holes: the address space without anything that the host tree describes. */
function memoryHoles(model: LayoutModel, domain: GuestDomain, space: AddressRange): AddressRange[] {
  const { host, release } = model;
  const described = host.devices.flatMap((device) => device.registers.map(pagesOf));
  const apertures = [...walk(host.tree.root)].filter((node) => textOf(node, "device_type") === "pci");
  return subtract(
    [space],
    [
      ...described,
      ...host.ram,
      ...apertures.flatMap(pciAperture),
      ...(release >= since.sharedMemoryHoles ? domain.sharedMemory.map(guestShared) : []),
      ...(release >= since.passthroughHoles ? domain.assigned : []),
    ],
  );
}

function pciAperture(node: DtNode): AddressRange[] {
  const rows = translations(node, "ranges");
  return rows === null || rows === "identity"
    ? []
    : rows.map(({ parent, size }) => ({ start: parent, size }));
}

/** find_domU_holes: what is left of GUEST_RAM0 and GUEST_RAM1. */
function guestHoles(model: LayoutModel, domain: GuestDomain, space: AddressRange): AddressRange[] {
  const { release } = model;
  return [bigGuestMap.ram0, bigGuestMap.ram1].flatMap((bank, i) => {
    const used = domain.ram[i]?.size ?? 0n;
    const start = alignUp(bank.start + used, SUPERPAGE_SIZE);
    const end = endOf(bank) < endOf(space) ? endOf(bank) : endOf(space);
    if (end <= start) return [];
    return subtract(
      [{ start, size: end - start }],
      [
        ...(release >= since.sharedMemoryHoles ? domain.sharedMemory.map(guestShared) : []),
        ...(release >= since.passthroughHoles ? domain.assigned : []),
      ],
    );
  });
}

function guestShared({ guest, size }: { guest: bigint; size: bigint }): AddressRange {
  return { start: guest, size };
}
