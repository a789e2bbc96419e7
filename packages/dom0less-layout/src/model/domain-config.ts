import type { XenRelease } from "@xgt/hypercall-abi";
import { RANGES_MAX } from "../limits.ts";
import type { AddressRange } from "../terms/address-range.ts";
import { since } from "../terms/first-releases.ts";
import { type CellCounts, inheritedCells, rangesIn } from "../tree/bus-address.ts";
import { cellOf, cellsOf, type DtNode, isCompatible, numberAt, textOf } from "../tree/device-tree.ts";
import { type BootModule, bootModulesOf } from "./boot-module.ts";

/** `xen,enhanced`: which PV interfaces Xen sets up. */
export type EnhancedMode = "off" | "full" | "legacy" | "no-xenstore";

/** A `xen,domain-shared-memory-v1` node. */
export interface SharedMemory {
  readonly node: DtNode;
  /** xen,shm-id; null: absent. */
  readonly id: string | null;
  /** Null: Xen takes it from its heap (4.20 and later). */
  readonly host: bigint | null;
  /** Guest address. */
  readonly guest: bigint;
  /** Bytes. */
  readonly size: bigint;
  /** Null: absent, so Xen itself owns the region. */
  readonly role: string | null;
  /** The property has neither of the two lengths that Xen reads. */
  readonly malformed: boolean;
}

/** A domain node below /chosen, as written. */
export interface DomainConfig {
  readonly node: DtNode;
  readonly name: string;
  readonly domid: number;
  /** Bytes; null: missing, or not 64 bits. */
  readonly memory: bigint | null;
  /** Null: missing. */
  readonly cpus: number | null;
  /** The property is there. */
  readonly wantsDirectMap: boolean;
  /** Xen maps this domain 1:1 (or panics, where memory is not static). */
  readonly directMap: boolean;
  /** xen,static-mem is there, and this Xen reads it. */
  readonly hasStaticMem: boolean;
  /** Entries of xen,static-mem in their order. */
  readonly banks: readonly AddressRange[];
  /** Cells that xen,static-mem is read with. */
  readonly bankCells: CellCounts;
  /** Bytes at the end of xen,static-mem that fill no entry. */
  readonly bankRest: number;
  readonly modules: readonly BootModule[];
  readonly sharedMemory: readonly SharedMemory[];
  readonly vpl011: boolean;
  /** Null: not given; Xen takes the host's number. */
  readonly nrSpis: number | null;
  /** Frames that the grant table can grow to; null: Xen's default. */
  readonly maxGrantFrames: number | null;
  readonly enhanced: EnhancedMode;
  /** `capabilities` bits: 1 control, 2 hardware, 4 xenstore. */
  readonly capabilities: number;
  /** The property's text; null: absent. */
  readonly passthrough: string | null;
}

export const CAPABILITY_HARDWARE = 2;
export const CAPABILITY_XENSTORE = 4;

/** Domain nodes of /chosen in order; Xen gives ids from 1 in that order (create_domUs, domid_alloc@master). */
export function domainConfigs(chosen: DtNode | null, release: XenRelease): DomainConfig[] {
  const nodes = chosen?.children.filter((node) => isCompatible(node, "xen,domain")) ?? [];
  return nodes.map((node, index) => readDomain(node, index + 1, release));
}

function readDomain(node: DtNode, domid: number, release: XenRelease): DomainConfig {
  const bankCells = staticMemoryCells(node, release);
  const bankBytes = node.properties.get("xen,static-mem")?.data.length ?? 0;
  const step = (bankCells.address + bankCells.size) * 4;
  const memory = cellsOf(node, "memory");
  const capabilities = release >= since.capabilities ? (cellOf(node, "capabilities") ?? 0) : 0;
  const wantsDirectMap = node.properties.has("direct-map");
  return {
    node,
    name: node.name,
    domid,
    memory: memory.length >= 2 ? numberAt(memory, 0, 2) << 10n : null,
    cpus: cellOf(node, "cpus"),
    wantsDirectMap,
    directMap: wantsDirectMap && release >= since.directMap,
    hasStaticMem: node.properties.has("xen,static-mem") && release >= since.staticMemory,
    banks: release >= since.staticMemory ? rangesIn(cellsOf(node, "xen,static-mem"), bankCells) : [],
    bankCells,
    bankRest: step === 0 ? bankBytes : bankBytes % step,
    modules: bootModulesOf(node),
    sharedMemory: sharedMemoryOf(node),
    vpl011: node.properties.has("vpl011"),
    nrSpis: cellOf(node, "nr_spis"),
    maxGrantFrames: release >= since.capabilities ? cellOf(node, "max_grant_frames") : null,
    enhanced: enhancedMode(node, release),
    capabilities,
    passthrough: textOf(node, "passthrough"),
  };
}

/** arch/arm/bootfdt.c:process_domain_node: @4.16 own properties with default 0, @4.17 the counts of /chosen. */
function staticMemoryCells(node: DtNode, release: XenRelease): CellCounts {
  if (release < since.directMap) {
    return {
      address: Math.min(cellOf(node, "#xen,static-mem-address-cells") ?? 0, 4),
      size: Math.min(cellOf(node, "#xen,static-mem-size-cells") ?? 0, 4),
    };
  }
  return inheritedCells(node.parent ?? node);
}

/** common/device-tree/dom0less-build.c:construct_domU@master; "legacy" is known from 4.21 on, ignored before. */
function enhancedMode(node: DtNode, release: XenRelease): EnhancedMode {
  const property = node.properties.get("xen,enhanced");
  if (property === undefined || release < since.enhanced) return "off";
  const text = textOf(node, "xen,enhanced") ?? "";
  if (property.data.length === 0 || text === "enabled") return "full";
  if (text === "no-xenstore") return "no-xenstore";
  return text === "legacy" && release >= since.xenstorePage ? "legacy" : "off";
}

/** common/device-tree/static-shmem.c:process_shm_node@master: <[host] guest size> in the domain's cells. */
export function sharedMemoryOf(domain: DtNode): SharedMemory[] {
  const nodes = domain.children.filter((node) => isCompatible(node, "xen,domain-shared-memory-v1"));
  return nodes.slice(0, RANGES_MAX).map((node) => {
    const counts = inheritedCells(domain);
    const cells = cellsOf(node, "xen,shared-mem");
    const id = textOf(node, "xen,shm-id");
    const hasHost = cells.length === counts.address * 2 + counts.size;
    const malformed = !hasHost && cells.length !== counts.address + counts.size;
    const guestAt = hasHost ? counts.address : 0;
    return {
      node,
      id,
      role: textOf(node, "role"),
      host: hasHost ? numberAt(cells, 0, counts.address) : null,
      guest: numberAt(cells, guestAt, counts.address),
      size: numberAt(cells, guestAt + counts.address, counts.size),
      malformed,
    };
  });
}
