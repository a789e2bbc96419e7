import { createHash } from "node:crypto";
import type { Finding } from "@xgt/findings";
import { EventBatch, type LogHeader, openLog, StringTable } from "@xgt/hypercall-log";
import { expect, vi } from "vitest";
import { Replay, type ReplayObserver, type ReplayOptions, type ReplayResult } from "../../src/index.ts";
import type { Column } from "../../src/memory/column-room.ts";
import { PairColumn } from "../../src/memory/pair-column.ts";
import type { Domain } from "../../src/state/domain.ts";
import { LEAF } from "../../src/state/frame-leaves.ts";
import { NativePath } from "../../src/straight/native-path.ts";

/** Keeps what is found, and counts the events that took the straight path. */
class Witness implements ReplayObserver {
  readonly findings: Finding[] = [];
  taken = 0;

  finding(finding: Finding): void {
    this.findings.push(finding);
  }

  passed(_batch: EventBatch, first: number, end: number): void {
    this.taken += end - first;
  }
}

/** A log in memory. */
export interface LoggedEvents {
  readonly header: LogHeader | null;
  readonly strings: StringTable;
  readonly batches: readonly EventBatch[];
}

/** Reads a whole log: a file's path, or its text. */
export async function readEvents(path: string, text?: string): Promise<LoggedEvents> {
  const strings = new StringTable();
  const stdin = text === undefined ? undefined : once(new TextEncoder().encode(text));
  const log = await openLog(path, stdin === undefined ? { strings } : { strings, stdin });
  const batches: EventBatch[] = [];
  for await (const batch of log.batches()) {
    const copy = new EventBatch();
    copy.appendAll(batch);
    batches.push(copy);
  }
  return { header: log.header, strings, batches };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** One replay with all that is known of it. */
interface Way {
  readonly replay: Replay;
  readonly witness: Witness;
}

function way(log: LoggedEvents, options: ReplayOptions): Way {
  const witness = new Witness();
  const sources = [{ path: "log", placeUnit: "line" as const }];
  const setup = { header: log.header, spec: null, strings: log.strings, sources };
  return { replay: new Replay(setup, { ...options, observers: [witness] }), witness };
}

/** What two replays that went different ways have to agree on. */
export interface BothWays {
  readonly straight: Outcome;
  readonly round: Outcome;
  /** Events that took the straight path. */
  readonly taken: number;
  /** Those that took it where WebAssembly was to begin at once, and of these the ones that took it there. */
  readonly takenBoth: number;
  readonly native: number;
}

interface Outcome {
  readonly findings: readonly Finding[];
  readonly result: ReplayResult;
  readonly states: readonly unknown[];
}

/**
 * Replays a log with the straight path, in TypeScript and in WebAssembly, and without it, `rows` rows at a time, and calls `compare` with the states of both
 * after each step.
 */
export function replayBothWays(
  log: LoggedEvents,
  rows: number,
  compare: (straight: unknown, round: unknown) => void,
): BothWays {
  const takes = vi.spyOn(NativePath.prototype, "take");
  const straight = way(log, { nativeFrom: Number.POSITIVE_INFINITY });
  const native = way(log, { nativeFrom: 0 });
  const round = way(log, { straight: false });
  for (const batch of log.batches) {
    for (let first = 0; first < batch.length; first += rows) {
      const part = new EventBatch();
      for (let row = first; row < Math.min(first + rows, batch.length); row++) part.append(batch, row);
      straight.replay.feed(part);
      native.replay.feed(part);
      round.replay.feed(part);
      compare(stateOf(straight), stateOf(round));
      compare(stateOf(native), stateOf(round));
    }
  }
  expect(native.witness.taken).toBeGreaterThanOrEqual(straight.witness.taken);
  const expected = outcome(straight);
  expect(outcome(native)).toEqual(expected);
  const inNative = takes.mock.results.reduce((sum, { value }) => sum + value, 0);
  takes.mockRestore();
  return {
    straight: expected,
    round: outcome(round),
    taken: straight.witness.taken,
    takenBoth: native.witness.taken,
    native: inNative,
  };
}

function outcome(one: Way): Outcome {
  const result = one.replay.finish();
  return { findings: one.witness.findings, result, states: domainsOf(one.replay).map(wholeState) };
}

function domainsOf(replay: Replay): Domain[] {
  return [...replay.machine.domains.values()];
}

/** What changes with single events; cheap enough to be compared after each. */
function stateOf({ replay, witness }: Way): unknown {
  const { machine } = replay;
  return {
    event: machine.event,
    operations: replay.operations,
    findings: witness.findings.length,
    domains: domainsOf(replay).map((domain) => [
      ...[domain.domid, domain.exceptions, domain.exceptionsPeak, domain.unseenMaps, domain.unseenUnmaps],
      ...[
        domain.totPages,
        domain.maxPages,
        domain.maximumGpfn,
        domain.maptrack.live,
        domain.maptrack.livePeak,
      ],
      ...[domain.guestP2m.size, domain.guestP2m.events],
    ]),
  };
}

const frameColumns = [
  ...(["kinds", "flags", "aux", "events", "goneMfns", "goneEvents"] as const),
  ...(["guestMfns", "guestEvents"] as const),
];

function at(column: Column | PairColumn, index: number): number {
  return column instanceof PairColumn ? column.get(index) : column[index];
}

/** Every column of a domain's frames and handles, as one digest. */
function wholeState(domain: Domain): unknown {
  const { frames, maptrack } = domain;
  const digest = createHash("sha1");
  frames.forEachLeaf((first, from, step) => {
    digest.update(`${first}\n`);
    for (let i = 0; i < LEAF; i++) {
      const entry = from + i * step;
      digest.update(
        `${frameColumns.map((name) => at(frames[name], entry))} ${domain.p2m.mfnAt(first + i)}\n`,
      );
    }
  });
  for (const [slot, state] of maptrack.state.entries()) {
    if (state === 0) continue;
    const { granter, ref, flags, gfn, mfn, mapped, mapEvent, releaseEvent } = maptrack;
    digest.update(
      `${[
        ...[
          slot,
          state,
          granter[slot],
          ref.get(slot),
          flags[slot],
          gfn.get(slot),
          mfn.get(slot),
          mapped[slot],
        ],
        ...[
          mapEvent.get(slot),
          releaseEvent.get(slot),
          maptrack.isLive(mfn.get(slot)),
          maptrack.releasedAt(mfn.get(slot)),
        ],
        maptrack.pinnedSlot(granter[slot], ref.get(slot)),
      ]}\n`,
    );
  }
  return { domid: domain.domid, columns: digest.digest("hex"), doubt: domain.xenPages.inDoubt };
}
