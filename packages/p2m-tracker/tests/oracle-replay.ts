import { vi } from "vitest";
import type { Call } from "../src/call/call.ts";
import type { ReplayResult } from "../src/index.ts";
import { semantics } from "../src/semantics/index.ts";
import type { Domain } from "../src/state/domain.ts";
import { EntryFlag, FrameKind, NOT_KNOWN } from "../src/state/frame-kind.ts";
import type { Machine } from "../src/state/machine.ts";
import { HandleState } from "../src/state/maptrack.ts";
import { type Conversion, type Oracle, type OracleRecord, oracleLog, writtenMembers } from "./oracle-log.ts";
import { replayText } from "./replay-text.ts";

/** One comparison of the model with a real answer. */
export interface Comparison {
  readonly seq: number;
  /** `ret`, `status`, `errno`, `bus`, `state`, `frame`, `reservation`. */
  readonly what: string;
  readonly where: string;
  /** As predicted; null: the model leaves it open. */
  readonly model: string | null;
  readonly real: string;
}

export interface OracleRun {
  readonly comparisons: readonly Comparison[];
  readonly result: ReplayResult;
  readonly problems: readonly string[];
}

/** Replays an oracle's records and compares the model with every answer and every measured state. */
export async function runOracle(oracle: Oracle, conversion: Conversion): Promise<OracleRun> {
  const checker = new OracleChecker(oracle);
  const spies = semantics.map((entry) => {
    const replay = entry.replay;
    return vi.spyOn(entry, "replay").mockImplementation((call: Call, machine: Machine) => {
      checker.before(call, machine);
      replay(call, machine);
      checker.after(call, machine);
    });
  });
  try {
    const { replay, result, problems } = await replayText(oracleLog(oracle, conversion), {
      // Every call is to be predicted.
      straight: false,
    });
    checker.end(replay.machine);
    return { comparisons: checker.comparisons, result, problems };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

class OracleChecker {
  readonly comparisons: Comparison[] = [];
  private readonly oracle: Oracle;
  private readonly domid: number;
  private readonly directMapped: boolean;
  private started = false;

  constructor(oracle: Oracle) {
    this.oracle = oracle;
    this.domid = oracle.spec.domains[0].domid;
    this.directMapped = oracle.spec.domains[0].mode === "direct-mapped";
  }

  before(call: Call, machine: Machine): void {
    const domain = this.domain(machine);
    if (!this.started) this.compareWindows(0, domain, (state) => state);
    this.started = true;
    const record = this.record(call);
    this.compareStates(record.seq, "before", domain, record.prior);
    this.compareReservation(record.seq, "before", domain, record.current_reservation[0]);
  }

  after(call: Call, machine: Machine): void {
    const domain = this.domain(machine);
    const record = this.record(call);
    const seq = record.seq;
    const cut = record.nr === 12 && record.cmd === 14 && !Number.isNaN(call.predictedRet);
    // privcmd returned an int.
    const predicted = cut ? Number(BigInt.asIntN(32, BigInt(call.predictedRet))) : call.predictedRet;
    this.add(seq, "ret", "", numeral(predicted), `${record.ret}`);
    this.compareItems(call, record, domain);
    this.compareStates(seq, "after", domain, record.post);
    this.compareReservation(seq, "after", domain, record.current_reservation[1]);
  }

  /** The last line: every page is where it was at the start, but for those that it names. */
  end(machine: Machine): void {
    this.compareWindows(this.oracle.records.length + 1, this.domain(machine), (state, gfn) => {
      return this.oracle.notIdentity[hex(gfn)] ?? state;
    });
  }

  private compareWindows(seq: number, domain: Domain, stateOf: (state: string, gfn: number) => string): void {
    for (const window of this.oracle.windows) {
      const first = Number(window.gfn);
      for (let gfn = first; gfn < first + window.nr; gfn++) {
        const own = window.class === "ext" ? window.state : `rw:${hex(gfn)}`;
        this.compareStates(seq, "window", domain, { [hex(gfn)]: stateOf(own, gfn) });
      }
    }
  }

  private compareItems(call: Call, record: OracleRecord, domain: Domain): void {
    const out = record.out;
    if (Array.isArray(out)) {
      out.forEach((op, index) => {
        const { status, handle, dev_bus_addr } = writtenMembers(op);
        const predicted = numeral(call.predictedItem(index));
        if (status !== undefined) this.add(record.seq, "status", `op ${index}`, predicted, `${status}`);
        if (dev_bus_addr === undefined) return;
        const live = domain.maptrack.stateOf(Number(handle)) === HandleState.live;
        const mfn = live ? domain.maptrack.mfn.get(domain.maptrack.find(Number(handle))) : NOT_KNOWN;
        const bus = mfn === NOT_KNOWN ? null : hex(mfn * 4096);
        this.add(record.seq, "bus", `op ${index}`, bus, `${dev_bus_addr}`);
      });
      return;
    }
    const errs = (out as { errs?: number[] } | null)?.errs ?? [];
    errs.forEach((errno, index) => {
      this.add(record.seq, "errno", `item ${index}`, numeral(call.predictedItem(index)), `${errno}`);
    });
  }

  private compareStates(
    seq: number,
    when: string,
    domain: Domain,
    states: Readonly<Record<string, string>>,
  ): void {
    for (const [gfnText, real] of Object.entries(states)) {
      const [access, frame] = real.split(":");
      const where = `${gfnText} ${when}`;
      const gfn = Number(gfnText);
      this.add(seq, "state", where, modelAccess(domain, gfn), access);
      if (frame === undefined) continue;
      const model = this.directMapped ? modelFrame(domain, gfn) : modelTag(domain, gfn);
      this.add(seq, "frame", where, model, frame);
    }
  }

  private compareReservation(seq: number, when: string, domain: Domain, real: number): void {
    this.add(seq, "reservation", when, numeral(domain.totPages), `${real}`);
  }

  private add(seq: number, what: string, where: string, model: string | null, real: string): void {
    this.comparisons.push({ seq, what, where, model, real });
  }

  private record(call: Call): OracleRecord {
    // Line 1 is the header; each record has two lines.
    return this.oracle.records[(call.enterPlace - 2) / 2];
  }

  private domain(machine: Machine): Domain {
    const domain = machine.domains.get(this.domid);
    if (domain === undefined) throw new Error(`domain ${this.domid} is not followed`);
    return domain;
  }
}

function modelAccess(domain: Domain, gfn: number): string | null {
  const kind = domain.p2m.kindOf(gfn);
  if (kind === FrameKind.unknown) return null;
  if (kind === FrameKind.hole) return "hole";
  return (domain.p2m.flagsAt(gfn) & EntryFlag.readOnly) !== 0 ? "ro" : "rw";
}

/** Frames that the program could not tag: Xen's pages and devices. */
function untagged(kind: FrameKind): boolean {
  return kind === FrameKind.xen || kind === FrameKind.mmio;
}

function modelFrame(domain: Domain, gfn: number): string | null {
  const kind = domain.p2m.kindOf(gfn);
  if (kind === FrameKind.unknown) return null;
  if (kind === FrameKind.hole) return "none";
  if (untagged(kind)) return "?";
  const mfn = kind === FrameKind.own ? gfn : domain.p2m.mfnAt(gfn);
  return mfn === NOT_KNOWN ? null : hex(mfn);
}

/** Where a domain is not direct-mapped, a tag names the gfn at which a frame was first seen: known until it changes. */
function modelTag(domain: Domain, gfn: number): string | null {
  const kind = domain.p2m.kindOf(gfn);
  if (untagged(kind)) return "?";
  if (kind === FrameKind.grant) {
    const slot = domain.maptrack.find(domain.p2m.auxAt(gfn));
    const granted = domain.grants.get(domain.maptrack.ref.get(slot));
    return granted === undefined || granted.gfn === gfn ? null : modelTag(domain, granted.gfn);
  }
  const untouched = kind === FrameKind.own && domain.p2m.eventAt(gfn) === 0;
  return untouched ? hex(gfn) : null;
}

function numeral(value: number): string | null {
  return Number.isNaN(value) ? null : `${value}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
