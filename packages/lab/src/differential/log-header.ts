import { knownRelease, since } from "@xgt/hypercall-abi";
import {
  bootLogDomains,
  type DomainFacts,
  type DomainSpec,
  type LogHeader,
  parseBootLog,
} from "@xgt/hypercall-log";
import type { Caller, Peer } from "./caller.ts";

const GRANTS_MAX_FRAMES = 64;
/** Cortex-A57. */
const PA_BITS = 44;

/**
 * A log's header with all that the executor knows of its domains. `setup` is what it wrote before the first call; `hasPeer`:
 * whether there is a second domain.
 */
export function differentialHeader(
  console: string,
  setup: string,
  caller: Caller,
  hasPeer: boolean,
): LogHeader {
  const spec = bootLogDomains(parseBootLog(Buffer.from(console, "latin1")));
  const lines = setup
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const numbersOf = (name: string) =>
    lines.filter(([word]) => word === name).map((words) => words.slice(1).map(Number));
  const number = (name: string) => numbersOf(name)[0]?.[0];
  const { self, peer } = caller;
  const facts: DomainFacts = {
    domid: self,
    maxPage: number("max_page"),
    paBits: PA_BITS,
    totPages: number("tot_pages"),
    maxPages: number("max_pages"),
    maximumGpfn: number("maximum_gpfn"),
    // One frame holds what grants the executor makes.
    grantFrames: { max: GRANTS_MAX_FRAMES, placed: [0] },
    grantTableVersion: 1,
    sharedInfoPlaced: false,
    liveHandles: 0,
    otherDomains: hasPeer ? [peer.domid] : [],
    devMmioMaps: [
      ...caller.devices,
      ...(since(knownRelease(spec.xen ?? ""), "4.21") ? [] : caller.devicesPast),
    ],
    roles: caller.isDom0 ? ["hardware", "control"] : [],
    grants: numbersOf("grant").map(([ref, gfn, ro]) => ({ ref, dom: self, gfn, ro: ro === 1 })),
  };
  const made: DomainSpec[] = hasPeer && peer.made ? [madePeer(peer)] : [];
  return {
    ...spec,
    domains: [...spec.domains, ...made],
    fromBoot: false,
    recorder: "xgt executor",
    facts: hasPeer ? [facts, peerFacts(peer, self)] : [facts],
  };
}

function madePeer({ domid, gfn, pages }: Peer): DomainSpec {
  return { domid, mode: "translated", ram: [{ gfn, count: pages }], regions: [] };
}

/** Of the second domain: what the executor gave it, or what it gave itself, and nothing else. */
function peerFacts(peer: Peer, self: number): DomainFacts {
  const { domid, gfn, pages, lacks, grantFrames, made } = peer;
  const size = made ? { totPages: pages, maximumGpfn: gfn + pages - 1 } : {};
  return {
    domid,
    paBits: PA_BITS,
    ...size,
    grantFrames: { max: grantFrames, placed: made ? [] : [0] },
    grantTableVersion: 1,
    sharedInfoPlaced: false,
    liveHandles: 0,
    otherDomains: [self],
    roles: [],
    grants: peerGrants.map(([ref, dom, frame, ro]) => ({
      ref,
      dom: dom ?? self,
      gfn: frame === null ? (made ? gfn + pages : lacks) : gfn + frame,
      ro,
    })),
  };
}

/** Grants of the second domain (guest/programs/peer.c): ref, to whom (null: the first one), which of its frames (null: none). */
const peerGrants: readonly [ref: number, to: number | null, frame: number | null, readOnly: boolean][] = [
  [8, null, 0, false],
  [9, null, 1, false],
  [10, null, 2, true],
  [11, 77, 3, false],
  [12, null, null, false],
];
