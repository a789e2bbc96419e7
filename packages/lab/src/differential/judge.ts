import type { Finding } from "@xgt/findings";
import {
  bootLogDomains,
  type DomainFacts,
  type DomainSpec,
  type EventBatch,
  type LogHeader,
  markText,
  parseBootLog,
  StringTable,
} from "@xgt/hypercall-log";
import {
  type Domain,
  FrameKind,
  type Machine,
  type ReplayEvent,
  type ReplayObserver,
} from "@xgt/p2m-tracker";
import { replayRun } from "@xgt/run";
import { DOM0_DEVICES } from "./call-frames.ts";

/** The model and Xen say different things. */
interface Disagreement {
  /** Number of the script's step, from 1. */
  readonly step: number;
  /** Number of the event in the log, from 1. */
  readonly event: number;
  /** What each of them says. */
  readonly text: string;
}

/** What a log's answers say about the model. */
export interface Judgement {
  /** Calls that the model was held against. */
  readonly calls: number;
  /** Frames read back. */
  readonly states: number;
  /** Of these, frames that the model leaves open. */
  readonly open: number;
  /** Empty: none was found. */
  readonly disagreements: readonly Disagreement[];
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

/** Replays a log of the executor and holds the model against every answer and every frame read back. */
export async function judge(text: string): Promise<Judgement> {
  const judging = new JudgingObserver();
  const run = await replayRun(
    { paths: ["-"] },
    {
      stdin: once(text),
      observers: ({ strings }) => {
        judging.strings = strings;
        return [judging];
      },
    },
  );
  const { disagreements, states, open } = judging;
  const [{ log }] = run.inputs;
  if (log.stats.problemCount > 0) {
    const [problem] = log.stats.problems;
    disagreements.unshift({
      step: 0,
      event: 0,
      text: `the log is unreadable at ${problem.place}: ${problem.message}`,
    });
  }
  return { calls: Math.floor(run.result.events / 2), states, open, disagreements };
}

/**
 * Follows the marks of a log, which say what the executor read back after a step ("state 12 60000=-9"): what the model
 * says of those frames then, and of all that were read back before, must be the same.
 */
class JudgingObserver implements ReplayObserver {
  readonly disagreements: Disagreement[] = [];
  states = 0;
  open = 0;
  /** The run's strings. */
  strings = new StringTable();
  private machine: Machine | undefined;
  private event = 0;
  /** Contradictions since the last mark: they are of the step whose end the next one tells. */
  private readonly contradictions: Omit<Disagreement, "step">[] = [];
  private readonly watched = new Map<number, string>();
  /** The step that was read back last, until the next event: a long list takes several marks. */
  private step: number | null = null;

  start(machine: Machine): void {
    this.machine = machine;
  }

  begin({ number }: ReplayEvent): void {
    this.compare();
    this.event = number;
  }

  finding({ rule, event, message, gfn }: Finding): void {
    if (!rule.startsWith("H")) return;
    const where = gfn === null ? "" : ` (gfn 0x${gfn.toString(16)})`;
    this.contradictions.push({ event: event ?? 0, text: `${rule}: ${message}${where}` });
  }

  mark(batch: EventBatch, row: number): void {
    const mark = /^state (\d+)(.*)$/.exec(this.strings.get(markText(batch, row)));
    if (mark === null) return;
    this.step = Number(mark[1]);
    for (const item of mark[2].split(" ")) {
      const [gfn, read] = item.split("=");
      if (read !== undefined) this.watched.set(Number.parseInt(gfn, 16), read);
    }
  }

  end(): void {
    this.compare();
    this.tell(0);
  }

  /** Judges the step that is over. What was read back before the first call is only kept. */
  private compare(): void {
    const { step, event, machine } = this;
    if (step === null || machine === undefined) return;
    this.step = null;
    this.tell(step);
    if (event === 0) return;
    for (const [gfn, read] of this.watched) {
      this.states++;
      const verdict = compareFrame(machine, gfn, read);
      if (verdict === null) this.open++;
      else if (verdict !== "") this.disagreements.push({ step, event, text: verdict });
    }
  }

  private tell(step: number): void {
    for (const contradiction of this.contradictions.splice(0))
      this.disagreements.push({ step, ...contradiction });
  }
}

/** Empty: the model agrees; null: it leaves the frame open. */
function compareFrame(machine: Machine, gfn: number, read: string): string | null {
  const domain = machine.domains.get(0);
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

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}
