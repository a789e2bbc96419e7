import type { Finding } from "@xgt/findings";
import type { EventBatch } from "@xgt/hypercall-log";
import type { Call } from "../call/call.ts";
import type { Change, Machine } from "../state/machine.ts";
import type { ReplayResult } from "./replay-result.ts";

/** The event that a replay is at. One object serves a whole replay: what it holds is valid during a callback only. */
export interface ReplayEvent {
  /** Its number in the order of the replay, from 1. */
  readonly number: number;
  readonly batch: EventBatch;
  /** Its row in `batch`. */
  readonly row: number;
  /**
   * An enter's call as far as it is known, an exit's whole call; null: the event is no half of a call, or an exit whose
   * enter is not in the log.
   */
  readonly call: Call | null;
}

/**
 * Who is told of a replay while it runs. For each event: `begin`, then a `change` for each gfn that it changes, then the
 * findings that it shows, then `after`. Marks are no events and come between them; so do calls that are given up.
 */
export interface ReplayObserver {
  /** Before the first event: the state that the replay starts from, and that it changes from now on. */
  start?(machine: Machine): void;
  /** An event, its halves joined; nothing that it does is applied yet. */
  begin?(event: ReplayEvent): void;
  /** One gfn changes. `change.call` is the call that does it. */
  change?(change: Change): void;
  /** `atEnd`: it rests on the end of the log, not on what the event of its number did. */
  finding?(finding: Finding, atEnd: boolean): void;
  /**
   * Records were lost somewhere after event `since` and before the event under way: what was found in between is not certain.
   * `because`: an id of `Finding.uncertainBecause`.
   */
  doubt?(since: number, because: string): void;
  /**
   * The events of rows `first` to `end` (exclusive), numbered from `event` on, took the straight path, in place of all calls
   * about them: they changed nothing but what healthy events do, and showed nothing. Of an exit among them the row before
   * is its enter. Where one of the observers wants to know of events and has no `passed`, none takes the path.
   */
  passed?(batch: EventBatch, first: number, end: number, event: number): void;
  /** The state follows the event. */
  after?(event: ReplayEvent): void;
  /** The end of a call never came: what it may have changed was told just before. Between events, and at the end. */
  abandoned?(call: Call): void;
  /** A mark of the recorder; its text is a string of the run. */
  mark?(batch: EventBatch, row: number): void;
  /** The replay is over. */
  end?(result: ReplayResult): void;
}

type With<Name extends keyof ReplayObserver> = ReplayObserver & Required<Pick<ReplayObserver, Name>>;

/** Observers by what they want to be told, so that an event costs only those that ask for it. */
export class ObserverList implements Required<ReplayObserver> {
  private readonly all: readonly ReplayObserver[];
  private readonly begins: readonly With<"begin">[];
  private readonly changes: readonly With<"change">[];
  private readonly afters: readonly With<"after">[];
  private readonly passes: readonly With<"passed">[];
  /** Whether events may take the straight path. */
  readonly takePassing: boolean;
  /** Whether one of them wants to know of each gfn that changes. */
  readonly wantChanges: boolean;

  constructor(observers: readonly ReplayObserver[]) {
    this.all = observers;
    this.begins = observers.filter((one): one is With<"begin"> => one.begin !== undefined);
    this.changes = observers.filter((one): one is With<"change"> => one.change !== undefined);
    this.afters = observers.filter((one): one is With<"after"> => one.after !== undefined);
    this.passes = observers.filter((one): one is With<"passed"> => one.passed !== undefined);
    this.wantChanges = this.changes.length > 0;
    this.takePassing = [...this.begins, ...this.changes, ...this.afters].every(
      (one) => one.passed !== undefined,
    );
  }

  start(machine: Machine): void {
    for (const one of this.all) one.start?.(machine);
  }

  begin(event: ReplayEvent): void {
    for (let i = 0; i < this.begins.length; i++) this.begins[i].begin(event);
  }

  change(change: Change): void {
    for (let i = 0; i < this.changes.length; i++) this.changes[i].change(change);
  }

  finding(finding: Finding, atEnd: boolean): void {
    for (const one of this.all) one.finding?.(finding, atEnd);
  }

  doubt(since: number, because: string): void {
    for (const one of this.all) one.doubt?.(since, because);
  }

  after(event: ReplayEvent): void {
    for (let i = 0; i < this.afters.length; i++) this.afters[i].after(event);
  }

  passed(batch: EventBatch, first: number, end: number, event: number): void {
    for (let i = 0; i < this.passes.length; i++) this.passes[i].passed(batch, first, end, event);
  }

  abandoned(call: Call): void {
    for (const one of this.all) one.abandoned?.(call);
  }

  mark(batch: EventBatch, row: number): void {
    for (const one of this.all) one.mark?.(batch, row);
  }

  end(result: ReplayResult): void {
    for (const one of this.all) one.end?.(result);
  }
}
