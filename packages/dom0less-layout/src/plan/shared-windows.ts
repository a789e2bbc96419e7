import { cells, type PlanNode, referring, split, strings } from "../emit/plan-node.ts";
import type { PlanRequest } from "../request/plan-request.ts";
import { type AddressRange, alignUp, PAGE_SIZE } from "../terms/address-range.ts";
import type { CellCounts } from "../tree/bus-address.ts";
import { placeFiles } from "./place-modules.ts";

/** Memory that several domains see, at its machine address in each. */
export interface PlacedWindow {
  /** xen,shm-id. */
  readonly id: string;
  /** Host and guest addresses: they are equal. */
  readonly memory: AddressRange;
  /** Names of the domains. */
  readonly domains: readonly string[];
}

/** First port of planned event channels; low ones are the guests' own to bind. */
const FIRST_PORT = 10;

/** Gives each window its place; null: no room. */
export function placeWindows(
  free: readonly AddressRange[],
  { shared = [] }: PlanRequest,
): { windows: PlacedWindow[]; left: readonly AddressRange[] } | null {
  if (shared.length === 0) return { windows: [], left: free };
  const sizes = shared.map(({ size }) => alignUp(size, PAGE_SIZE));
  const placed = placeFiles(free, sizes);
  if (placed === null) return null;
  const windows = shared.map(({ id, domains }, i) => {
    return { id, domains, memory: { start: placed.starts[i], size: sizes[i] } };
  });
  return { windows, left: placed.left };
}

/**
 * Nodes of a domain for its windows: the memory, owned by Xen itself (no role), and for each other domain of the window one
 * event channel (docs/misc/arm/device-tree/booting.txt@master: xen,domain-shared-memory-v1, xen,evtchn-v1).
 * `firstPhandle`: no node of the host has it or a higher one.
 */
export function windowNodes(
  domain: string,
  windows: readonly PlacedWindow[],
  counts: CellCounts,
  firstPhandle: number,
): PlanNode[] {
  const channels = channelsOf(windows);
  const shared = windows
    .filter(({ domains }) => domains.includes(domain))
    .map(({ id, memory }): PlanNode => {
      const address = split(memory.start, counts.address);
      return {
        path: `/chosen/${domain}/shared-mem-${id}`,
        existing: false,
        comment: null,
        properties: [
          strings("compatible", "xen,domain-shared-memory-v1"),
          strings("xen,shm-id", id),
          cells("xen,shared-mem", ...address, ...address, ...split(memory.size, counts.size)),
        ],
        children: [],
      };
    });
  const ends = channels.flatMap((ends, i): PlanNode[] => {
    const mine = ends.findIndex((end) => end.domain === domain);
    if (mine < 0) return [];
    const other = firstPhandle + i * 2 + (1 - mine);
    return [
      {
        path: `/chosen/${domain}/evtchn-${ends[mine].port}`,
        existing: false,
        comment: `to ${ends[1 - mine].domain}, port ${ends[1 - mine].port} there`,
        properties: [
          strings("compatible", "xen,evtchn-v1"),
          referring("xen,evtchn", [ends[mine].port, other], [1]),
          cells("phandle", firstPhandle + i * 2 + mine),
        ],
        children: [],
      },
    ];
  });
  return [...shared, ...ends];
}

interface ChannelEnd {
  readonly domain: string;
  readonly port: number;
}

/** One channel for each pair of domains of each window; ports count up in every domain. */
function channelsOf(windows: readonly PlacedWindow[]): (readonly [ChannelEnd, ChannelEnd])[] {
  const next = new Map<string, number>();
  const end = (domain: string): ChannelEnd => {
    const port = next.get(domain) ?? FIRST_PORT;
    next.set(domain, port + 1);
    return { domain, port };
  };
  return windows.flatMap(({ domains }) => {
    return domains.flatMap((a, i) => domains.slice(i + 1).map((b) => [end(a), end(b)] as const));
  });
}

/** Why windows cannot be planned as asked. */
export function windowProblems({ shared = [], domains }: PlanRequest): string[] {
  const names = domains.map(({ name }) => name);
  return shared.flatMap(({ id, domains: members }) => {
    const unknown = members.filter((name) => !names.includes(name));
    if (unknown.length > 0)
      return [`shared memory ${id} names ${unknown.join(", ")}, which no --domu begins`];
    if (new Set(members).size < 2) return [`shared memory ${id} needs two domains`];
    return shared.filter((other) => other.id === id).length > 1
      ? [`shared memory ${id} is asked for twice`]
      : [];
  });
}
