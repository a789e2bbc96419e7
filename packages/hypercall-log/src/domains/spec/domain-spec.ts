import type { ArchitectureName } from "@xgt/hypercall-abi";

/** How a domain's frames are mapped (design.md): 1:1, static memory without 1:1, ordinary translated. */
export type DomainMode = "direct-mapped" | "static" | "translated";

/** `count` frames from `gfn` on. */
export interface FrameRange {
  readonly gfn: number;
  readonly count: number;
}

/** Who a region of static shared memory belongs to: `owner` has it as own RAM, `borrower` as frames of another domain. */
export type RegionRole = "owner" | "borrower";

/**
 * A named range of guest frames: `gic-distributor gic-redistributor gic-cpu uart grant-table extended swiotlb mmio:<node>`, and
 * what Xen maps by itself when it builds the domain: `shared:<id> xenstore magic`.
 */
export interface Region extends FrameRange {
  readonly name: string;
  /** Machine frame behind the first gfn, the others follow; undefined: not known. Of what Xen maps by itself only. */
  readonly mfn?: number;
  /** Of `shared:<id>` only; undefined: not known. */
  readonly role?: RegionRole;
}

/** What is particular to one device of a domain. */
export interface DeviceSpec {
  /** Its name in DMA events, as "0000:00:01.0" or "mmc0". */
  readonly dev: string;
  /** Whether an IOMMU stands in front of it; undefined: as the domain says. */
  readonly iommu?: boolean;
  /** What is added to a bus address of the device to get the machine address, in bytes, negative ones too; undefined: nothing. */
  readonly dmaOffset?: number;
  /** Bits of a bus address that the device can drive; undefined: not known. */
  readonly dmaBits?: number;
}

/** One domain of a run. */
export interface DomainSpec {
  readonly domid: number;
  readonly mode: DomainMode;
  /** Banks; undefined: the domain's memory is not listed. */
  readonly ram?: readonly FrameRange[];
  readonly regions: readonly Region[];
  /** Undefined: not known. */
  readonly iommu?: boolean;
  /** Devices that differ from what the domain says; undefined: none is known to. */
  readonly devices?: readonly DeviceSpec[];
  /** Limit of extent_order for calls by this domain (Xen's max_order); undefined: not known. */
  readonly maxOrder?: number;
}

/** A grant entry: `dom` may map `gfn` of the domain whose table holds `ref`. */
export interface GrantEntry {
  readonly ref: number;
  readonly dom: number;
  readonly gfn: number;
  readonly ro: boolean;
}

/** What answers depend on and no hypercall says. Each undefined member is not known. */
export interface DomainFacts {
  readonly domid: number;
  readonly maxPage?: number;
  readonly paBits?: number;
  readonly totPages?: number;
  readonly maxPages?: number;
  readonly maximumGpfn?: number;
  readonly grantFrames?: { readonly max?: number; readonly placed?: readonly number[] };
  readonly grantTableVersion?: number;
  readonly sharedInfoPlaced?: boolean;
  readonly liveHandles?: number;
  /** Ids of all other domains of the host; undefined: not known. */
  readonly otherDomains?: readonly number[];
  /** mfns that XENMAPSPACE_dev_mmio really maps. */
  readonly devMmioMaps?: readonly number[];
  readonly roles?: readonly ("hardware" | "control")[];
  readonly holes?: readonly number[];
  readonly grants?: readonly GrantEntry[];
}

/** Which Xen, and which domains: a DomainSpec file (version 1). */
export interface DomainSpecFile {
  /** "major.minor"; undefined: not known. */
  readonly xen?: string;
  readonly build?: string;
  readonly arch?: ArchitectureName;
  readonly domains: readonly DomainSpec[];
  readonly facts: readonly DomainFacts[];
}

/** What a log says about itself in its header. */
export interface LogHeader extends DomainSpecFile {
  /** The log holds every call since the domain started. */
  readonly fromBoot: boolean;
  /** XENFEAT bits that are set; undefined: not recorded. */
  readonly features?: readonly number[];
  readonly recorder?: string;
  /** Grant entries live at the start; undefined: not recorded. */
  readonly grants?: readonly GrantEntry[];
}
