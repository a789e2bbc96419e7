import {
  bootLogDomains,
  type DomainFacts,
  type DomainSpec,
  type EventBatch,
  type LogHeader,
  openLog,
  parseBootLog,
  StringTable,
} from "@xgt/hypercall-log";
import { type Domain, FrameKind, Replay } from "@xgt/p2m-tracker";
import { DOM0_DEVICES } from "./call-frames.ts";

/** The model and Xen say different things. */
export interface Disagreement {
  /** Number of the script's step, from 1. */
  readonly step: number;
  readonly event: number;
  readonly text: string;
}

export interface Judgement {
  /** Calls that the model was held against. */
  readonly calls: number;
  /** Frames read back, and those that the model leaves open. */
  readonly states: number;
  readonly open: number;
  readonly disagreements: readonly Disagreement[];
}

/** Frames read back after a step: gfn and what was read, a tag or a status. */
interface ReadBack {
  readonly step: number;
  readonly changed: readonly (readonly [gfn: number, read: string])[];
}

const GRANTS_MAX_FRAMES = 64;
/** Cortex-A57. */
const PA_BITS = 44;
const BAD_PAGE = "-9";
const UNREADABLE: ReadonlySet<FrameKind> = new Set([FrameKind.hole, FrameKind.mmio, FrameKind.foreign]);
/** What guest/programs/frames.c writes into grant-table frames: this and the frame's number, in the upper half of 64 bits. */
const TABLE_TAG = 0xf0000000n;
const TAG_DIGITS = 16;

/** A log's header with all that the executor knows of its domains. `setup` is what it wrote before the first call. */
export function differentialHeader(console: string, setup: string): LogHeader {
  const spec = bootLogDomains(parseBootLog(Buffer.from(console, "latin1")));
  const lines = setup
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const numbersOf = (name: string) =>
    lines.filter(([word]) => word === name).map((words) => words.slice(1).map(Number));
  const number = (name: string) => numbersOf(name)[0]?.[0];
  const facts: DomainFacts = {
    domid: 0,
    maxPage: number("max_page"),
    paBits: PA_BITS,
    totPages: number("tot_pages"),
    maxPages: number("max_pages"),
    maximumGpfn: number("maximum_gpfn"),
    // Linux begins with one frame, which holds what grants the lab makes.
    grantFrames: { max: GRANTS_MAX_FRAMES, placed: [0] },
    grantTableVersion: 1,
    sharedInfoPlaced: true,
    liveHandles: 0,
    otherDomains: numbersOf("peer").map(([domid]) => domid),
    devMmioMaps: DOM0_DEVICES,
    roles: ["hardware", "control"],
    grants: numbersOf("grant").map(([ref, gfn, ro]) => ({ ref, dom: 0, gfn, ro: ro === 1 })),
  };
  const peers = numbersOf("peer").map(([domid, gfn, count]): DomainSpec => {
    return { domid, mode: "translated", ram: [{ gfn, count }], regions: [] };
  });
  return {
    ...spec,
    domains: [...spec.domains, ...peers],
    fromBoot: false,
    recorder: "xgt_capture",
    facts: [facts, ...peerFacts(numbersOf)],
  };
}

/** Of a domain that never ran: what the executor gave it, and nothing else. */
function peerFacts(numbersOf: (name: string) => number[][]): DomainFacts[] {
  return numbersOf("peer").map(([domid, gfn, count, grantFrames]) => ({
    domid,
    paBits: PA_BITS,
    totPages: count,
    maximumGpfn: gfn + count - 1,
    grantFrames: { max: grantFrames, placed: [] },
    grantTableVersion: 1,
    sharedInfoPlaced: false,
    liveHandles: 0,
    otherDomains: [0],
    roles: [],
    grants: numbersOf("peer_grant").map(([ref, frame, ro, dom]) => ({ ref, dom, gfn: frame, ro: ro === 1 })),
  }));
}

/** Replays a log of the executor (`header` is its first line) and holds the model against every answer and every frame read back. */
export async function judge(header: LogHeader, text: string): Promise<Judgement> {
  const readBacks = readBacksOf(text);
  const strings = new StringTable();
  const log = await openLog("-", { strings, stdin: once(text) });
  const sources = [{ path: "log", placeUnit: log.placeUnit }];
  const steps = stepOf(readBacks);
  const disagreements: Disagreement[] = [];
  // Before the first event no event tells of it.
  const watched = new Map(readBacks.get(0)?.changed);
  let states = 0;
  let open = 0;
  const replay: Replay = new Replay(
    { header, spec: null, strings, sources },
    {
      onFinding: ({ rule, event, message, gfn }) => {
        if (!rule.startsWith("H")) return;
        const where = gfn === null ? "" : ` (gfn 0x${gfn.toString(16)})`;
        disagreements.push({
          step: steps(event ?? 0),
          event: event ?? 0,
          text: `${rule}: ${message}${where}`,
        });
      },
      onEvent: ({ event }) => {
        const readBack = readBacks.get(event);
        if (readBack === undefined) return;
        for (const [gfn, read] of readBack.changed) watched.set(gfn, read);
        for (const [gfn, read] of watched) {
          states++;
          const verdict = compareFrame(replay, gfn, read);
          if (verdict === null) open++;
          else if (verdict !== "") disagreements.push({ step: readBack.step, event, text: verdict });
        }
      },
    },
  );
  for await (const batch of log.batches() as AsyncIterable<EventBatch>) replay.feed(batch);
  const { events } = replay.finish();
  if (log.stats.problemCount > 0) {
    const [problem] = log.stats.problems;
    disagreements.push({
      step: 0,
      event: 0,
      text: `the log is unreadable at ${problem.place}: ${problem.message}`,
    });
  }
  disagreements.sort((a, b) => a.event - b.event);
  return { calls: Math.floor(events / 2), states, open, disagreements };
}

/** Empty: the model agrees; null: it leaves the frame open. */
function compareFrame(replay: Replay, gfn: number, read: string): string | null {
  const domain = replay.machine.domains.get(0);
  const kind = domain?.p2m.kindOf(gfn) ?? FrameKind.unknown;
  if (domain === undefined || kind === FrameKind.unknown) return null;
  const where = `gfn 0x${gfn.toString(16)}`;
  const unreadable = UNREADABLE.has(kind) || (kind === FrameKind.grant && isOthersGrant(domain, gfn));
  if (unreadable !== (read === BAD_PAGE)) {
    return `${where}: the model says ${nameOf(kind)}, Xen ${read === BAD_PAGE ? "no RAM" : `frame 0x${read}`}`;
  }
  if (unreadable) return "";
  if (kind === FrameKind.xen) return compareTableFrame(where, domain.p2m.auxAt(gfn), read);
  const mfn = kind === FrameKind.own ? gfn : domain.p2m.mfnAt(gfn);
  if (mfn < 0) return null;
  // Only frames of RAM have a tag: a grant may name a page of Xen's.
  if (domain.p2m.defaultOf(mfn) !== FrameKind.own) return "";
  const same = mfn === Number.parseInt(read, 16);
  return same ? "" : `${where}: the model says frame 0x${mfn.toString(16)}, Xen has 0x${read}`;
}

/** Another domain's page, which a copy by gfn does not read (arch/arm/p2m.c:p2m_get_page_from_gfn@4.17). */
function isOthersGrant(domain: Domain, gfn: number): boolean {
  const slot = domain.maptrack.find(domain.p2m.auxAt(gfn));
  return slot >= 0 && domain.maptrack.granter[slot] !== domain.domid;
}

/** Which of Xen's grant-table frames it is: the executor wrote their numbers into them. */
function compareTableFrame(where: string, index: number, read: string): string | null {
  if (index < 0) return null;
  const same = read === (TABLE_TAG + BigInt(index)).toString(16).padEnd(TAG_DIGITS, "0");
  return same
    ? ""
    : `${where}: the model says grant-table frame ${index}, Xen has a page that begins 0x${read}`;
}

function nameOf(kind: FrameKind): string {
  return Object.entries(FrameKind).find(([, value]) => value === kind)?.[0] ?? "?";
}

/** Marks of a log by the number of the event before them. */
function readBacksOf(text: string): Map<number, ReadBack> {
  const found = new Map<number, ReadBack>();
  let events = 0;
  // The header is no event.
  for (const line of text.split("\n").slice(1)) {
    const mark = /"ev":"mark","text":"state (\d+)([^"]*)"/.exec(line);
    if (mark === null) {
      if (line !== "") events++;
      continue;
    }
    const changed = [...(found.get(events)?.changed ?? [])];
    for (const item of mark[2].split(" ")) {
      const [gfn, read] = item.split("=");
      if (read !== undefined) changed.push([Number.parseInt(gfn, 16), read]);
    }
    found.set(events, { step: Number(mark[1]), changed });
  }
  return found;
}

/** Which step an event belongs to. */
function stepOf(readBacks: ReadonlyMap<number, ReadBack>): (event: number) => number {
  const ends = [...readBacks].map(([event, { step }]) => ({ event, step }));
  return (event) => ends.find((end) => end.event >= event)?.step ?? 0;
}

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}
