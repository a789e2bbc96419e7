import fc from "fast-check";
import { argumentShapeOf } from "../src/events/argument-shape.ts";
import { CallWriter } from "../src/events/call-writer.ts";
import { EventKind } from "../src/events/event-kind.ts";
import type { StringTable } from "../src/events/string-table.ts";
import { WholeLog } from "./read-log.ts";

/** Something that happened. `id` tells it from all others; it is the place of its copies. */
export interface Happening {
  readonly id: number;
  readonly kind: number;
  readonly time: number;
  readonly pid: number;
  /** Of a call's halves: what its argument names, and the results. */
  readonly frame: number;
}

/** A run: what happened, in order. A call's two halves have the same id. */
export function runOf(threads: number): fc.Arbitrary<Happening[]> {
  const step = fc.record({
    thread: fc.nat(threads - 1),
    pause: fc.integer({ min: 2000, max: 20_000 }),
    length: fc.integer({ min: 700, max: 30_000 }),
    // Few frames: many calls have the same arguments.
    frame: fc.nat(3),
    erases: fc.nat(2),
    transfers: fc.nat(1),
  });
  return fc.array(step, { minLength: 1, maxLength: 30 }).map((steps) => {
    const events: Happening[] = [];
    const now = new Array<number>(threads).fill(1_000_000);
    let id = 0;
    for (const { thread, pause, length, frame, erases, transfers } of steps) {
      const pid = 100 + thread;
      // Like calls at regular intervals could be matched in several ways.
      const enter = now[thread] + pause + ((id * id * 977) % 4999);
      const exit = enter + length;
      id++;
      events.push({ id, kind: EventKind.enter, time: enter, pid, frame });
      events.push({ id, kind: EventKind.exit, time: exit, pid, frame });
      let last = exit;
      for (let i = 0; i < erases; i++) {
        last += 700;
        events.push({ id: ++id, kind: EventKind.guestP2m, time: last, pid, frame });
      }
      for (let i = 0; i < transfers; i++) {
        events.push({ id: ++id, kind: EventKind.dma, time: enter + length / 2, pid: 0, frame });
      }
      now[thread] = last;
    }
    return events.sort((a, b) => a.time - b.time || a.id - b.id);
  });
}

/** How a recorder sees a run. */
export interface Recorder {
  /** Ids of what it does not record. */
  readonly misses: ReadonlySet<number>;
  /** Microseconds by which it sees entries later and returns earlier; negative for a recorder around the call. */
  readonly inside: readonly number[];
  /** Microseconds that its clock is ahead. */
  readonly ahead: number;
  /** Only calls, like the module; else also what lies between them. */
  readonly callsOnly: boolean;
  readonly times: boolean;
  /** Kinds of payload: with the results or without. */
  readonly results: boolean;
}

/** The log that a recorder writes of a run; `order` is what it holds, in its order. */
export function record(
  run: readonly Happening[],
  how: Recorder,
  strings: StringTable,
): WholeLog & { order: Happening[] } {
  const isCall = ({ kind }: Happening) => kind === EventKind.enter || kind === EventKind.exit;
  const seen = run
    .filter((event) => !how.misses.has(event.id) && (isCall(event) || !how.callsOnly))
    .map((event) => {
      const inside = isCall(event) ? how.inside[event.id % how.inside.length] : 0;
      return { event, time: event.time + (event.kind === EventKind.exit ? -inside : inside) };
    })
    .sort((a, b) => a.time - b.time);
  const log = Object.assign(new WholeLog(strings), { order: seen.map(({ event }) => event) });
  for (const { event, time } of seen)
    write(log, event, how.times ? (time + how.ahead) / 1e6 : Number.NaN, how.results);
  return log;
}

function write(log: WholeLog, event: Happening, time: number, results: boolean): void {
  const { batch } = log;
  const row = batch.add(event.kind, event.id);
  log.stats.events++;
  batch.time[row] = time;
  batch.pid[row] = event.pid;
  const shape = argumentShapeOf(20, 1)!;
  const writer = new CallWriter(batch);
  if (event.kind === EventKind.enter) {
    batch.call[row] = event.id;
    batch.nr[row] = 20;
    batch.cmd[row] = 1;
    writer.begin(shape.in, 2);
    writer.beginRow();
    writer.setFieldNumber(0, event.frame);
    // Only one of the recorders has the batch's second op.
    if (results) {
      writer.beginRow();
      writer.setFieldNumber(0, event.frame + 1);
    }
    writer.end();
  } else if (event.kind === EventKind.exit) {
    batch.call[row] = event.id;
    batch.ret[row] = 0;
    if (results) {
      writer.begin(shape.out, 2);
      writer.beginRow();
      writer.setFieldNumber(0, 0);
      writer.end();
    } else batch.pushNoArguments(0);
  } else if (event.kind === EventKind.guestP2m) {
    for (const value of [event.frame, -1, 1]) batch.pushNumber(value);
  } else for (const word of [0, 1, -1, 0, -1, -1]) batch.pushWord(word);
}
