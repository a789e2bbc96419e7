import { type ArchitectureName, readRelease, releaseNumbers } from "@xgt/hypercall-abi";
import { describe } from "../../json/json-integer.ts";
import { describeFault, syntaxFaultOf } from "../../json/json-syntax.ts";
import { MemberError, MemberReader } from "../../json/member-reader.ts";
import type {
  DeviceSpec,
  DomainFacts,
  DomainMode,
  DomainSpec,
  DomainSpecFile,
  FrameRange,
  GrantEntry,
  LogHeader,
  Region,
  RegionRole,
} from "./domain-spec.ts";

const DOMID_MAX = 0xffff;
const UINT32_MAX = 0xffffffff;
const ORDER_MAX = 63;
const DMA_BITS_MAX = 64;
const REGION_ROLES: readonly RegionRole[] = ["owner", "borrower"];
/** Regions without an id of their own. */
const REGION_NAMES: readonly string[] = [
  "gic-distributor",
  "gic-redistributor",
  "gic-cpu",
  "uart",
  "grant-table",
  "extended",
  "swiotlb",
  "xenstore",
  "magic",
];
const MODES: readonly DomainMode[] = ["direct-mapped", "static", "translated"];
const ROLES = ["hardware", "control"] as const;
const ARM: readonly ArchitectureName[] = ["arm64", "arm32"];

/** A DomainSpec file that cannot be used: `path` names the member. */
export class DomainSpecError extends MemberError {
  override readonly name = "DomainSpecError";
}

/** Reads a DomainSpec file (version 1, JSON). `notes` takes warnings, in words for the user. Throws DomainSpecError. */
export function parseDomainSpec(text: string, notes: string[] = []): DomainSpecFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const fault = syntaxFaultOf(text);
    const where = fault === null ? "it is no JSON" : describeFault(fault);
    throw new DomainSpecError("", `not a DomainSpec: ${where}`);
  }
  return domainSpecOf(value, notes);
}

/** Reads a DomainSpec that is at hand as a JSON value. `notes` takes warnings. Throws DomainSpecError. */
export function domainSpecOf(value: unknown, notes: string[] = []): DomainSpecFile {
  return guarded(() => {
    const file = new MemberReader(value, "");
    if (!file.has("domains")) file.fail("domains", "is missing: a DomainSpec lists the domains of the run");
    return specOf(file, notes, false);
  });
}

/** True where a log's line is its header. */
export function isLogHeader(value: unknown): boolean {
  return typeof value === "object" && value !== null && "xgt_log" in value;
}

/** Reads the header line of a log. `notes` takes warnings. Throws DomainSpecError. */
export function logHeaderOf(value: unknown, notes: string[] = []): LogHeader {
  return guarded(() => {
    const line = new MemberReader(value, "");
    const recorder = line.optionalText("recorder");
    return {
      ...specOf(line, notes, true),
      fromBoot: line.optionalBoolean("from_boot") ?? false,
      ...(line.has("features") && { features: line.integers("features", UINT32_MAX) }),
      ...(recorder !== undefined && { recorder }),
      ...(line.has("grants") && { grants: line.objects("grants", grantOf) }),
    };
  });
}

function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MemberError)) throw error;
    const what = error.path === "" ? error.message : error.message.slice(error.path.length + 2);
    throw new DomainSpecError(error.path, what);
  }
}

function specOf(file: MemberReader, notes: string[], isHeader: boolean): DomainSpecFile {
  const version = file.optionalInteger("version");
  if (version !== undefined && version !== 1) {
    file.fail("version", `${version} is not known: this program reads version 1`);
  }
  const domains = file.has("domains") ? file.objects("domains", domainOf) : [];
  domains.forEach((domain, i) => {
    const first = domains.findIndex((other) => other.domid === domain.domid);
    if (first !== i) throw new MemberError(`domains[${i}].domid`, `${domain.domid} is listed twice`);
  });
  return {
    ...xenOf(file, notes, isHeader),
    ...archOf(file),
    domains,
    facts: factsOf(file, domains),
  };
}

/**
 * Xen's release as "major.minor"; what stands behind it is kept as the build, where there is none. A release that is not
 * known here leaves a note: what else stands in the file counts. `isHeader`: so does a text that is no release at all,
 * which a recorder may write ("headers"); who writes a specification by hand is told of it.
 */
function xenOf(file: MemberReader, notes: string[], isHeader: boolean): { xen?: string; build?: string } {
  const build = file.optionalText("build");
  const text = file.optionalText("xen");
  const given = build === undefined ? {} : { build };
  if (text === undefined) return given;
  const { release, warning } = readRelease(text);
  if (release === null) {
    if (!isHeader && !/^\d+\.\d/.test(text)) {
      file.fail("xen", `${describe(text)} is no version: write major.minor, as in "4.17"`);
    }
    notes.push(`xen: ${warning}`);
    return { build: build ?? text };
  }
  const xen = releaseNumbers(release);
  return text === xen || build !== undefined ? { xen, ...given } : { xen, build: text };
}

function archOf(file: MemberReader): { arch?: ArchitectureName } {
  const text = file.optionalText("arch");
  if (text === undefined) return {};
  const arch = ARM.find((name) => name === text);
  if (arch === undefined) {
    file.fail(
      "arch",
      `${describe(text)} is not Arm: only arm64 and arm32 domains can be direct-mapped; record the log on such a machine`,
    );
  }
  return { arch };
}

function domainOf(domain: MemberReader): DomainSpec {
  const mode = domain.has("mode") ? domain.text("mode") : "";
  const known = MODES.find((name) => name === mode);
  if (known === undefined) {
    const given = domain.has("mode") ? `${describe(mode)} is no mode` : "is missing";
    domain.fail("mode", `${given}: expected one of ${MODES.join(", ")}`);
  }
  const iommu = domain.optionalBoolean("iommu");
  const maxOrder = domain.optionalInteger("max_order", ORDER_MAX);
  return {
    domid: domain.integer("domid", DOMID_MAX),
    mode: known,
    ...(domain.has("ram") && { ram: domain.objects("ram", rangeOf) }),
    regions: domain.has("regions") ? domain.objects("regions", regionOf) : [],
    ...(iommu !== undefined && { iommu }),
    ...(domain.has("devices") && { devices: domain.objects("devices", deviceOf) }),
    ...(maxOrder !== undefined && { maxOrder }),
  };
}

function rangeOf(range: MemberReader): FrameRange {
  const gfn = range.integer("gfn");
  const count = range.integer("count");
  if (count === 0) range.fail("count", "a range holds at least one frame");
  if (gfn + count > Number.MAX_SAFE_INTEGER) range.fail("count", "the range ends beyond any address");
  return { gfn, count };
}

function regionOf(region: MemberReader): Region {
  const name = region.text("name");
  if (!REGION_NAMES.includes(name) && !/^(mmio|shared):./.test(name)) {
    region.fail(
      "name",
      `${describe(name)} is no region: expected ${REGION_NAMES.join(", ")}, mmio:<node> or shared:<id>`,
    );
  }
  const range = rangeOf(region);
  if (!/^(shared:|xenstore$|magic$)/.test(name)) return { name, ...range };
  const mfn = region.optionalInteger("mfn");
  const role = region.optionalText("role");
  const known = REGION_ROLES.find((each) => each === role);
  if (role !== undefined && known === undefined)
    region.fail("role", `expected ${REGION_ROLES.join(" or ")}, not ${describe(role)}`);
  return { name, ...range, ...withoutUndefined({ mfn, role: known }) };
}

function deviceOf(device: MemberReader): DeviceSpec {
  const members = {
    iommu: device.optionalBoolean("iommu"),
    dmaOffset: device.optionalSigned("dma_offset"),
    dmaBits: device.optionalInteger("dma_bits", DMA_BITS_MAX),
  };
  return { dev: device.text("dev"), ...withoutUndefined(members) };
}

function grantOf(grant: MemberReader): GrantEntry {
  return {
    ref: grant.integer("ref", UINT32_MAX),
    dom: grant.integer("dom", DOMID_MAX),
    gfn: grant.integer("gfn"),
    ro: grant.optionalBoolean("ro") ?? false,
  };
}

/** `facts` is one object or a list of them; without `domid` it is about the only domain. */
function factsOf(file: MemberReader, domains: readonly DomainSpec[]): readonly DomainFacts[] {
  if (!file.has("facts")) return [];
  const only = domains.length === 1 ? domains[0].domid : undefined;
  const read = (facts: MemberReader) => domainFactsOf(facts, only);
  if (Array.isArray(file.raw("facts"))) return file.objects("facts", read);
  return [read(new MemberReader(file.raw("facts"), "facts"))];
}

function domainFactsOf(facts: MemberReader, only: number | undefined): DomainFacts {
  const integers = {
    maxPage: facts.optionalInteger("max_page"),
    paBits: facts.optionalInteger("pa_bits", 64),
    totPages: facts.optionalInteger("tot_pages"),
    maxPages: facts.optionalInteger("max_pages"),
    maximumGpfn: facts.optionalInteger("maximum_gpfn"),
    grantTableVersion: facts.optionalInteger("grant_table_version", 2),
    liveHandles: facts.optionalInteger("live_handles"),
    sharedInfoPlaced: facts.optionalBoolean("shared_info_placed"),
  };
  return {
    domid: facts.has("domid") || only === undefined ? facts.integer("domid", DOMID_MAX) : only,
    ...withoutUndefined(integers),
    ...(facts.has("grant_frames") && { grantFrames: grantFramesOf(facts) }),
    ...(facts.has("other_domains") && { otherDomains: facts.integers("other_domains", DOMID_MAX) }),
    ...(facts.has("dev_mmio_maps") && { devMmioMaps: facts.integers("dev_mmio_maps") }),
    ...(facts.has("roles") && { roles: facts.list("roles", roleOf) }),
    ...(facts.has("holes") && { holes: facts.integers("holes") }),
    ...(facts.has("grants") && { grants: facts.objects("grants", grantOf) }),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
}

function grantFramesOf(facts: MemberReader): { max?: number; placed?: readonly number[] } {
  const frames = new MemberReader(facts.raw("grant_frames"), facts.pathOf("grant_frames"));
  const max = frames.optionalInteger("max", UINT32_MAX);
  return {
    ...(max !== undefined && { max }),
    ...(frames.has("placed") && { placed: frames.integers("placed", UINT32_MAX) }),
  };
}

function roleOf(value: unknown, path: string): "hardware" | "control" {
  const role = ROLES.find((name) => name === value);
  if (role === undefined)
    throw new MemberError(path, `expected ${ROLES.join(" or ")}, not ${describe(value)}`);
  return role;
}
