import { CallView, DmaView, type EventBatch, EventKind, exportsOf, moduleOf } from "@xgt/hypercall-log";
import { KernelMemory } from "../memory/kernel-memory.ts";
import * as slots from "../memory/kernel-slots.ts";
import { mapFields } from "../rules/watch/grant-op-fields.ts";
import type { Domain } from "../state/domain.ts";
import type { FrameKind } from "../state/frame-kind.ts";
import { KernelBatch } from "./kernel-batch.ts";
import { KernelSeat } from "./kernel-seat.ts";
import { writeSettings } from "./kernel-settings.ts";
import type { Refusals } from "./refusals.ts";
import { type StraightCounts, SubOp, straightShapes, straightSubOpOf } from "./straight-counts.ts";
import { EXTENTS } from "./straight-extents.ts";
import type { Passing } from "./straight-guards.ts";
import type { StraightHost } from "./straight-host.ts";
import code from "./straight-kernel.wasm.txt?raw";
import type { WholeCall } from "./whole-call.ts";

/** Domains of one replay that the module follows; the others take the path in TypeScript. */
const SEATS_MAX = 8;
/** Calls under way at once that the module is told of. */
const UNDER_WAY_MAX = 64;
/** Runs of gfns that the module can tell of at once. */
const RUNS_MAX = 1 << 12;
/** Rows that make a run worth what it costs to tell the module of the state. */
const WORTH_ROWS = 16;
/** Rows that go the other way at most before the module is tried again. */
const WAIT_MAX = 1 << 9;

/** Where the module counts calls. */
const callSlots = [
  { slot: slots.MAPS, subOp: SubOp.map },
  { slot: slots.UNMAPS, subOp: SubOp.unmap },
  { slot: slots.DECREASES, subOp: SubOp.decrease },
  { slot: slots.POPULATES, subOp: SubOp.populate },
] as const;

interface Exports {
  run(first: number, end: number): number;
}

/** The module; null: this runtime cannot have it. */
let compiled: object | null | undefined;

/**
 * The straight path in WebAssembly: it takes the events that make nearly all of a long log, on the same columns. It begins
 * with a domain once that has shown some rows, so that a short log does not pay for it.
 */
export class NativePath {
  private readonly host: StraightHost;
  private readonly counts: StraightCounts;
  private readonly refusals: Refusals;
  private readonly from: number;
  private readonly ignoresBus: boolean;
  private readonly seats = new Map<Domain, KernelSeat>();
  /** Rows of each domain that went the other way before it has a seat. */
  private readonly rows = new Map<Domain, number>();
  private readonly view = new DmaView();
  private readonly call = new CallView();
  private kernel: KernelMemory | null = null;
  private hasFailed = false;
  private batch: KernelBatch | undefined;
  private exports: Exports | undefined;
  private underWay: Float64Array = new Float64Array(0);
  private runs: Float64Array = new Float64Array(0);
  /** Whether the module has the batch that is being replayed; undefined: it was not given it yet. */
  private hasBatch: boolean | undefined;
  /** Rows that are to go the other way before it is tried again, and how many that were last. */
  private wait = 0;
  private lastWait = 1;

  /** @param from Rows that a domain shows before its state is moved. */
  constructor(
    host: StraightHost,
    counts: StraightCounts,
    refusals: Refusals,
    ignoresBus: boolean,
    from: number,
  ) {
    this.host = host;
    this.counts = counts;
    this.refusals = refusals;
    this.ignoresBus = ignoresBus;
    this.from = from;
  }

  /** A batch is replayed from a row on, or goes on to be. */
  enter(): void {
    this.hasBatch = undefined;
  }

  /** Nobody looks at the state any more, nor replays on. */
  release(): void {
    this.kernel?.giveBack();
    this.kernel = null;
  }

  /** An event went past the path. */
  renew(): void {
    for (const seat of this.seats.values()) seat.renew();
  }

  /** Takes rows of one domain and one log, up to `end` at most; how many: 0 where the first must go the other way. */
  take(batch: EventBatch, row: number, end: number, domain: Domain, passing: Passing): number {
    if (this.wait > 0) {
      this.wait--;
      return 0;
    }
    const seat = this.seats.get(domain) ?? this.seatOf(domain);
    if (seat === undefined || !this.host.guards.isIdle(domain)) return 0;
    const { kernel, exports } = this;
    if (kernel === null || exports === undefined) return 0;
    this.hasBatch ??= this.batch?.copy(batch, row) ?? false;
    if (!this.hasBatch) return 0;
    let rows = this.run(kernel, exports, batch, row, end, domain, passing, seat);
    // Rules have to say first where many gfns may change at once.
    const next = row + rows;
    if (next < end && isLike(batch, row, next) && this.noteExtents(batch, next, domain, passing))
      rows += this.run(kernel, exports, batch, next, end, domain, passing, seat);
    if (row + rows < end) this.refusals.countModule(kernel.integers[2 * slots.REFUSED]);
    // The row that the run ended before is not for the module.
    this.lastWait = rows >= WORTH_ROWS ? 1 : Math.min(WAIT_MAX, 2 * this.lastWait);
    this.wait = row + rows === end ? 0 : this.lastWait;
    return rows;
  }

  /** A row went the other way. `call`: it, where it is a call; `may`: what the pages of a DMA's device may ask for. */
  learn(batch: EventBatch, row: number, domain: Domain, call: WholeCall, may: number): void {
    const seat = this.seats.get(domain);
    if (seat === undefined) return;
    if (batch.kind[row] === EventKind.dma) {
      const { view } = this;
      view.load(batch, row);
      if (!view.isUnmap) seat.devicePassed(view.dev, may);
    } else if (batch.kind[row] === EventKind.enter) {
      const subOp = straightSubOpOf(batch.nr[row], batch.cmd[row]);
      if (subOp === SubOp.map) {
        for (let op = 0; op < call.in.rows; op++) seat.granterPassed(call.in.u64(op, mapFields.dom));
      }
    }
  }

  /** The module takes rows from one on; how many. */
  private run(
    kernel: KernelMemory,
    exports: Exports,
    batch: EventBatch,
    row: number,
    end: number,
    domain: Domain,
    passing: Passing,
    seat: KernelSeat,
  ): number {
    if (!seat.lend(kernel)) return 0;
    this.lend(kernel, domain, passing);
    // To lend makes room for what the module may add: that, too, may be more than there is.
    if (kernel.isExhausted) return 0;
    kernel.integers[2 * slots.DOMID + 1] = batch.domid[row];
    kernel.integers[2 * slots.SOURCE] = batch.source[row];
    const rows = exports.run(row, end);
    this.takeBack(kernel, domain, passing);
    return rows;
  }

  /** Asks the rules where gfns may change like the first one that a reservation call names; whether they did not say so before. */
  private noteExtents(batch: EventBatch, row: number, domain: Domain, passing: Passing): boolean {
    if (batch.kind[row] !== EventKind.enter) return false;
    const subOp = straightSubOpOf(batch.nr[row], batch.cmd[row]);
    if (subOp !== SubOp.decrease && subOp !== SubOp.populate) return false;
    const { call } = this;
    call.loadRow(batch, row, straightShapes[subOp].in);
    if (call.listLength(EXTENTS) === 0) return false;
    const gfn = call.listAt(EXTENTS, 0);
    if (guardsAllow(passing, gfn, subOp)) return false;
    this.host.guards.notePlaces(domain, gfn, subOp === SubOp.decrease, passing);
    return guardsAllow(passing, gfn, subOp);
  }

  /** The seat of a domain that has shown enough rows; undefined: it gets none, or not yet. */
  private seatOf(domain: Domain): KernelSeat | undefined {
    const rows = this.rows.get(domain) ?? 0;
    if (rows < this.from) {
      this.rows.set(domain, rows + 1);
      return undefined;
    }
    if (this.seats.size >= SEATS_MAX || !this.start()) return undefined;
    const { kernel } = this;
    if (kernel === null) return undefined;
    const seat = new KernelSeat(kernel, domain);
    this.seats.set(domain, seat);
    return seat;
  }

  /** Whether the module is there. */
  private start(): boolean {
    if (this.exports !== undefined) return true;
    if (this.hasFailed) return false;
    if (compiled === undefined) compiled = moduleOf(code);
    const module = compiled;
    try {
      if (module !== null) this.instantiate(module);
    } catch {
      // No memory that both can work on.
    }
    this.hasFailed = this.exports === undefined;
    return !this.hasFailed;
  }

  private instantiate(module: object): void {
    const kernel = KernelMemory.borrow();
    if (kernel === null) return;
    this.exports = exportsOf(module, kernel.memory) as Exports;
    this.kernel = kernel;
    this.batch = new KernelBatch(kernel);
    this.underWay = kernel.float64(UNDER_WAY_MAX);
    this.runs = kernel.float64((RUNS_MAX * slots.RUN_BYTES) / Float64Array.BYTES_PER_ELEMENT);
    writeSettings(kernel);
    this.host.table.moveTo(kernel);
  }

  /** Tells the module what the state is, and what may pass. */
  private lend(kernel: KernelMemory, domain: Domain, passing: Passing): void {
    const { integers, numbers } = kernel;
    const { kinds } = passing;
    this.host.table.lend(kernel);
    const hasNoIommu = domain.iommu !== true;
    const underWay = this.host.underWay(this.underWay);
    integers[2 * slots.DOMID] = domain.domid;
    integers[2 * slots.MAY_DMA] = kinds.dmaPage && hasNoIommu ? 1 : 0;
    integers[2 * slots.MAY_ENTRY] = kinds.guestEntry ? 1 : 0;
    integers[2 * slots.MAY_GRANT_COME] = kinds.grantMade && hasNoIommu ? 1 : 0;
    integers[2 * slots.MAY_GRANT_GO] = kinds.grantGone && hasNoIommu ? 1 : 0;
    integers[2 * slots.MAY_MAP] = kinds.mapCall && underWay >= 0 ? 1 : 0;
    integers[2 * slots.MAY_UNMAP] = kinds.unmapCall && underWay >= 0 ? 1 : 0;
    const mayRun = underWay >= 0 && !this.host.tellsChanges;
    const isDirect = domain.directMapped;
    // Pages go back to Xen one by one, unless nobody counts them any more.
    const isUncounted = !domain.grants.allSeen && domain.mode !== "static";
    const leaves = kinds.decreaseCall && mayRun && (isDirect || isUncounted);
    const comes = kinds.populateCall && mayRun && (isDirect || domain.mode === "unknown");
    integers[2 * slots.MAY_DECREASE] = leaves ? 1 : 0;
    integers[2 * slots.MAY_POPULATE] = comes ? 1 : 0;
    integers[2 * slots.MAY_LEAVE_UNKNOWN] = domain.ram === undefined ? 1 : 0;
    integers[2 * slots.RUNS_AT] = this.runs.byteOffset;
    integers[2 * slots.RUNS_MAX] = RUNS_MAX;
    numbers[slots.FIRST_OUT] = passing.firstOut;
    numbers[slots.END_OUT] = passing.endOut;
    numbers[slots.FIRST_IN] = passing.firstIn;
    numbers[slots.END_IN] = passing.endIn;
    integers[2 * slots.IGNORES_BUS] = this.ignoresBus ? 1 : 0;
    integers[2 * slots.UNDER_WAY_AT] = this.underWay.byteOffset;
    integers[2 * slots.UNDER_WAY] = underWay;
    numbers[slots.FIRST_PLACE] = passing.firstPlace;
    numbers[slots.END_PLACE] = passing.endPlace;
    numbers[slots.FIRST_FRAME] = passing.firstFrame;
    numbers[slots.END_FRAME] = passing.endFrame;
    numbers[slots.EVENT] = this.host.machine.event;
  }

  /** The module took rows: the state is as they left it, and they count. */
  private takeBack(kernel: KernelMemory, domain: Domain, passing: Passing): void {
    const { integers, numbers } = kernel;
    const { machine, table } = this.host;
    const { counts } = this;
    const entries = integers[2 * slots.ENTRIES];
    table.takeBack(kernel);
    domain.takeBack(kernel, entries);
    machine.event = numbers[slots.EVENT];
    counts.dmas += integers[2 * slots.DMAS];
    counts.entries += entries;
    counts.unknownPages += integers[2 * slots.UNKNOWN_PAGES];
    passing.opened += integers[2 * slots.OPENED];
    this.takeCalls(kernel);
    this.tellRules(kernel, domain);
  }

  private takeCalls({ integers, numbers }: KernelMemory): void {
    const exit = numbers[slots.LAST_CALL];
    if (exit === 0) return;
    const kinds = integers[2 * slots.CALL_KINDS];
    for (let place = 0; place < kinds; place++) {
      for (const { slot, subOp } of callSlots) {
        const calls = integers[2 * slot];
        if (calls > 0 && integers[2 * slot + 1] === place) this.counts.call(subOp, 0, 0, exit, calls);
      }
    }
    this.counts.operations += numbers[slots.OPERATIONS];
    this.counts.missing += numbers[slots.MISSING];
  }

  private tellRules(kernel: KernelMemory, domain: Domain): void {
    const { integers, numbers } = kernel;
    const { guards } = this.host;
    if (integers[2 * slots.DOUBTS] + integers[2 * slots.TOUCHED] > 0) domain.xenPages.doubt();
    if (!domain.directMapped) {
      const came = numbers[slots.CAME_PAGES];
      if (came > 0) domain.allocate(came);
      if (integers[2 * slots.LOST_PAGES] !== 0) domain.losePageCount();
    }
    this.tellRuns(kernel, domain);
    const readOnly = integers[2 * slots.READ_ONLY];
    if (readOnly > 0) {
      for (const rule of guards.readOnlyMapped)
        rule.readOnlyMapped?.(domain, numbers[slots.READ_ONLY_GFN], numbers[slots.READ_ONLY_EVENT], readOnly);
    }
    const outlived = integers[2 * slots.OUTLIVED];
    for (let i = 0; i < outlived; i++) {
      const at = (slots.OUTLIVED_AT + i * slots.OUTLIVED_BYTES) / Float64Array.BYTES_PER_ELEMENT;
      for (const rule of guards.entryOutlives)
        rule.entryOutlives?.(domain, numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3]);
    }
  }

  /** Rules that count hear of each thing in the order in which it happened. */
  private tellRuns(kernel: KernelMemory, domain: Domain): void {
    const { integers, numbers } = kernel;
    const { machine } = this.host;
    const { runs } = this;
    const count = integers[2 * slots.RUNS];
    const last = machine.event;
    const touchedAt =
      integers[2 * slots.TOUCHED] > 0 ? numbers[slots.TOUCHED_EVENT] : Number.POSITIVE_INFINITY;
    let isTold = false;
    for (let i = 0; i < count; i++) {
      const at = (i * slots.RUN_BYTES) / Float64Array.BYTES_PER_ELEMENT;
      const event = runs[at];
      if (!isTold && touchedAt < event) {
        this.tellTouched(kernel, domain);
        isTold = true;
      }
      machine.event = event;
      machine.tellRun(
        domain,
        runs[at + 1],
        Math.abs(runs[at + 2]),
        runs[at + 3] as FrameKind,
        runs[at + 4] as FrameKind,
      );
    }
    machine.event = last;
    if (!isTold) this.tellTouched(kernel, domain);
  }

  private tellTouched({ integers, numbers }: KernelMemory, domain: Domain): void {
    const touched = integers[2 * slots.TOUCHED];
    if (touched === 0) return;
    for (const rule of this.host.guards.unknownTouched)
      rule.unknownTouched?.(domain, numbers[slots.TOUCHED_GFN], numbers[slots.TOUCHED_EVENT], touched);
  }
}

/** Whether a row is of the same domain and log as another one. */
function isLike(batch: EventBatch, row: number, other: number): boolean {
  return batch.domid[other] === batch.domid[row] && batch.source[other] === batch.source[row];
}

/** Whether rules let own RAM leave the map at a gfn, or come back, unasked. */
function guardsAllow(passing: Passing, gfn: number, subOp: SubOp): boolean {
  return subOp === SubOp.decrease
    ? gfn >= passing.firstOut && gfn < passing.endOut
    : gfn >= passing.firstIn && gfn < passing.endIn;
}
