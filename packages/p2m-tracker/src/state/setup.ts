import {
  knownRelease,
  XENFEAT_DIRECT_MAPPED,
  XENFEAT_NOT_DIRECT_MAPPED,
  type XenRelease,
} from "@xgt/hypercall-abi";
import type { DomainFacts, DomainSpec, DomainSpecFile, LogHeader, StringTable } from "@xgt/hypercall-log";
import { Domain, type Mode } from "./domain.ts";
import type { LeafPool } from "./frame-leaves.ts";

/** One log of a run. */
export interface ReplaySource {
  /** As the user named it. */
  readonly path: string;
  /** What its places are. */
  readonly placeUnit: "line" | "byte";
  /** The domain of its events that name none; absent: that of the run. */
  readonly domid?: number | undefined;
}

/** What a replay is given besides events. A spec given by the user wins over the log's own header. */
export interface ReplaySetup {
  readonly header: LogHeader | null;
  readonly spec: DomainSpecFile | null;
  /** "4.17"; undefined: as the spec or the header say. */
  readonly xen?: string | undefined;
  readonly sources: readonly ReplaySource[];
  readonly strings: StringTable;
  /** Only Xen's answers are held against the model (H rules), not what the guest does; absent: both. */
  readonly conformanceOnly?: boolean | undefined;
}

/** What the setup says of the run as a whole. */
export interface RunFacts {
  readonly xen: XenRelease | null;
  readonly fromBoot: boolean;
  readonly features: readonly number[] | undefined;
  /** Domain of events that name none. */
  readonly defaultDomid: number;
  readonly otherDomains: readonly number[] | undefined;
}

export function runFactsOf(setup: ReplaySetup): RunFacts {
  const domains = specsOf(setup);
  return {
    xen: knownRelease(setup.xen ?? setup.spec?.xen ?? setup.header?.xen ?? ""),
    fromBoot: setup.header?.fromBoot ?? false,
    features: setup.header?.features,
    defaultDomid: domains.length === 1 ? domains[0].domid : 0,
    otherDomains: factsOf(setup).find((facts) => facts.otherDomains !== undefined)?.otherDomains,
  };
}

/** The domains that the setup lists. */
export function specsOf(setup: ReplaySetup): readonly DomainSpec[] {
  const listed = setup.spec?.domains ?? [];
  return listed.length > 0 ? listed : (setup.header?.domains ?? []);
}

function factsOf(setup: ReplaySetup): readonly DomainFacts[] {
  const given = setup.spec?.facts ?? [];
  return given.length > 0 ? given : (setup.header?.facts ?? []);
}

/** A domain as it is when the log begins, or its life. `mode`: how it is mapped, unless the setup says. */
export function startDomain(
  setup: ReplaySetup,
  domid: number,
  run: RunFacts,
  leaves: LeafPool,
  mode?: Mode,
): Domain {
  const spec = specsOf(setup).find((candidate) => candidate.domid === domid);
  const own = domid === run.defaultDomid;
  return new Domain(domid, {
    spec,
    facts: factsOf(setup).find((candidate) => candidate.domid === domid),
    mode: spec?.mode ?? mode ?? (own ? modeOf(run.features) : "unknown"),
    fromBoot: run.fromBoot,
    grants: own ? setup.header?.grants : undefined,
    xen: run.xen,
    leaves,
  });
}

/** The feature bits tell the mode of the domain that read them, from 4.16 on. */
function modeOf(features: readonly number[] | undefined): Mode {
  if (features?.includes(XENFEAT_DIRECT_MAPPED)) return "direct-mapped";
  if (features?.includes(XENFEAT_NOT_DIRECT_MAPPED)) return "translated";
  return "unknown";
}
