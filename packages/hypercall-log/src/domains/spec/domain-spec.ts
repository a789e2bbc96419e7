import type { ArchitectureName } from "@xgt/hypercall-abi";

/** How a domain's frames are mapped (design.md): 1:1, static memory without 1:1, ordinary translated. */
export type DomainMode = "direct-mapped" | "static" | "translated";

/** `count` frames from `gfn` on. */
export interface FrameRange {
  readonly gfn: number;
  readonly count: number;
}

/** A named range of guest frames: `gic-distributor gic-redistributor gic-cpu uart grant-table extended swiotlb mmio:<node>`. */
export interface Region extends FrameRange {
  readonly name: string;
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
