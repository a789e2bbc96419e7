import type {
  DeviceSpec,
  DomainFacts,
  DomainSpec,
  DomainSpecFile,
  FrameRange,
  GrantEntry,
  LogHeader,
  Region,
} from "./domain-spec.ts";

type Json = Record<string, unknown>;

/** Text form of a frame number. */
function hexText(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** A DomainSpec as the JSON value of its file. Members that are not known are left out. */
export function domainSpecJson(spec: DomainSpecFile): Json {
  return { version: 1, ...specMembers(spec) };
}

/** A log's header as the JSON value of its first line. */
export function logHeaderJson(header: LogHeader): Json {
  return {
    xgt_log: 1,
    version: 1,
    ...specMembers(header),
    ...(header.fromBoot && { from_boot: true }),
    ...defined({ features: header.features, recorder: header.recorder }),
    ...(header.grants && { grants: header.grants.map(grantJson) }),
  };
}

function specMembers(spec: DomainSpecFile): Json {
  return {
    ...defined({ xen: spec.xen, build: spec.build, arch: spec.arch }),
    domains: spec.domains.map(domainJson),
    ...(spec.facts.length > 0 && {
      facts: spec.facts.length === 1 ? factsJson(spec.facts[0]) : spec.facts.map(factsJson),
    }),
  };
}

function defined(members: Json): Json {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function signedHexText(value: number): string {
  return value < 0 ? `-${hexText(-value)}` : hexText(value);
}

function rangeJson({ gfn, count }: FrameRange): Json {
  return { gfn: hexText(gfn), count: hexText(count) };
}

function domainJson(domain: DomainSpec): Json {
  return {
    domid: domain.domid,
    mode: domain.mode,
    ...(domain.ram && { ram: domain.ram.map(rangeJson) }),
    regions: domain.regions.map(regionJson),
    ...defined({ iommu: domain.iommu, max_order: domain.maxOrder, devices: domain.devices?.map(deviceJson) }),
  };
}

function regionJson(region: Region): Json {
  const mfn = region.mfn === undefined ? undefined : hexText(region.mfn);
  return { name: region.name, ...rangeJson(region), ...defined({ mfn, role: region.role }) };
}

function deviceJson(device: DeviceSpec): Json {
  const offset = device.dmaOffset === undefined ? undefined : signedHexText(device.dmaOffset);
  return defined({ dev: device.dev, iommu: device.iommu, dma_offset: offset, dma_bits: device.dmaBits });
}

function grantJson({ ref, dom, gfn, ro }: GrantEntry): Json {
  return { ref, dom, gfn: hexText(gfn), ro };
}

function factsJson(facts: DomainFacts): Json {
  const hex = (value: number | undefined) => (value === undefined ? undefined : hexText(value));
  return defined({
    domid: facts.domid,
    max_page: hex(facts.maxPage),
    pa_bits: facts.paBits,
    tot_pages: facts.totPages,
    max_pages: facts.maxPages,
    maximum_gpfn: hex(facts.maximumGpfn),
    grant_frames: facts.grantFrames,
    grant_table_version: facts.grantTableVersion,
    shared_info_placed: facts.sharedInfoPlaced,
    live_handles: facts.liveHandles,
    other_domains: facts.otherDomains,
    dev_mmio_maps: facts.devMmioMaps?.map(hexText),
    roles: facts.roles,
    holes: facts.holes?.map(hexText),
    grants: facts.grants?.map(grantJson),
  });
}
