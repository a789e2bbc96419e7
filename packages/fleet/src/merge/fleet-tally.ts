import { causeKey } from "@xgt/findings";
import { FleetError } from "../fleet-error.ts";
import { CAUSES_MAX, FAILURES_SHOWN, GROUP_VALUES_MAX, SUB_OPS_MAX } from "../limits.ts";
import type { CauseCount, RunSummary, SubOpCounts } from "../summary/run-summary.ts";
import { byCause } from "../summary/summarize.ts";
import { commonValues } from "./common-values.ts";
import type {
  EarlierCause,
  FleetAnswer,
  FleetCause,
  FleetFailure,
  FleetSubOp,
  GroupShare,
} from "./fleet-answer.ts";

/** What stands for the values of a key beyond GROUP_VALUES_MAX. */
const OTHER_VALUES = "(other values)";

/** What is known of one cause so far. */
interface Tally {
  runs: number;
  findings: number;
  example: string;
  page: string | undefined;
  count: CauseCount;
  /** Runs that have it, by value of a group key: "kernel\0006.12.9". */
  readonly values: Map<string, number>;
  /** Runs that have it, by whole group. */
  readonly groups: Map<string, number>;
}

/**
 * Adds summaries of runs up, one at a time. Memory grows with the number of causes, groups and ids, not with what the runs
 * found: a run is forgotten once it is counted.
 */
export class FleetTally {
  private readonly ids = new Set<string>();
  private readonly causes = new Map<string, Tally>();
  private readonly values = new Map<string, Map<string, number>>();
  private readonly groups = new Map<string, number>();
  private readonly undecided = new Map<string, number>();
  private readonly subOps = new Map<string, { -readonly [key in keyof FleetSubOp]: FleetSubOp[key] }>();
  private readonly failures: FleetFailure[] = [];
  private failed = 0;
  private troubled = 0;
  private operations = 0;
  private leftOut = 0;

  /** Runs that are counted. */
  get runs(): number {
    return this.ids.size;
  }

  /** Whether a run is counted. */
  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Counts a run. Throws FleetError where one of its id is counted already: nothing is counted twice. */
  add(summary: RunSummary): void {
    const { id, page, group, failure, troubles, operations, causes, causesLeftOut, undecided } = summary;
    if (this.ids.has(id)) throw new FleetError(`run ${id} comes twice: give each run an id of its own`);
    this.ids.add(id);
    if (failure !== undefined) {
      this.failed++;
      this.fail({ run: id, reason: failure, page });
      return;
    }
    if (troubles.length > 0) this.troubled++;
    this.operations += operations;
    this.leftOut += causesLeftOut;
    for (const counts of summary.behaviour ?? []) this.addSubOp(counts);
    const keys = Object.entries(group).map(([key, value]) => this.valueKey(key, value));
    const whole = JSON.stringify(Object.entries(group));
    raise(this.groups, whole, 1);
    for (const rule of undecided) raise(this.undecided, rule, 1);
    for (const cause of causes) this.count(cause, summary, keys, whole);
  }

  /** What the runs so far come to. `against`: the causes of another fleet; undefined: it is held against none. */
  answer(against?: ReadonlyMap<string, EarlierCause>): FleetAnswer {
    const causes = [...this.causes].map(([key, tally]) => this.fleetCause(key, tally, against));
    const gone = [...(against ?? [])]
      .filter(([key]) => !this.causes.has(key))
      .map(([, { cause }]) => ({ cause }));
    return {
      runs: this.ids.size,
      failed: this.failed,
      troubled: this.troubled,
      operations: this.operations,
      behaviour: [...this.subOps.values()].sort((a, b) => (a.operation < b.operation ? -1 : 1)),
      causes: causes.sort(byRuns),
      causesLeftOut: this.leftOut,
      gone: gone.sort(byCause).map(({ cause }) => cause),
      undecided: new Map([...this.undecided].sort(([a], [b]) => (a < b ? -1 : 1))),
      failures: [...this.failures].sort(byRun).slice(0, FAILURES_SHOWN),
    };
  }

  /** The causes, for holding another fleet against this one. */
  causesByKey(): Map<string, EarlierCause> {
    const of = this.ids.size - this.failed;
    return new Map([...this.causes].map(([key, { count, runs }]) => [key, { cause: count.cause, runs, of }]));
  }

  private addSubOp(counts: SubOpCounts): void {
    const isKnown = this.subOps.has(counts.operation) || this.subOps.size < SUB_OPS_MAX;
    const operation = isKnown ? counts.operation : OTHER_VALUES;
    const nothing = { operation, runs: 0, calls: 0, shortCounts: 0, refusedCalls: 0, refusedOps: 0 };
    const sum = this.subOps.get(operation) ?? nothing;
    sum.runs++;
    for (const name of ["calls", "shortCounts", "refusedCalls", "refusedOps"] as const)
      sum[name] += counts[name];
    this.subOps.set(operation, sum);
  }

  private count(
    cause: CauseCount,
    { id: run, page }: RunSummary,
    keys: readonly string[],
    group: string,
  ): void {
    const key = causeKey(cause.cause);
    let tally = this.causes.get(key);
    if (tally === undefined) {
      if (this.causes.size >= CAUSES_MAX) {
        this.leftOut += cause.findings;
        return;
      }
      tally = {
        runs: 0,
        findings: 0,
        example: run,
        page,
        count: cause,
        values: new Map(),
        groups: new Map(),
      };
      this.causes.set(key, tally);
    }
    tally.runs++;
    tally.findings += cause.findings;
    // The first by id, so that the order in which runs come makes no difference.
    if (run < tally.example) {
      tally.example = run;
      tally.page = page;
      tally.count = cause;
    }
    for (const value of keys) raise(tally.values, value, 1);
    raise(tally.groups, group, 1);
  }

  /** Counts a run of a value and returns what stands for the two. */
  private valueKey(key: string, value: string): string {
    let counts = this.values.get(key);
    if (counts === undefined) {
      counts = new Map();
      this.values.set(key, counts);
    }
    const known = counts.has(value) || counts.size < GROUP_VALUES_MAX ? value : OTHER_VALUES;
    raise(counts, known, 1);
    return JSON.stringify([key, known]);
  }

  private fail(failure: FleetFailure): void {
    this.failures.push(failure);
    if (this.failures.length < 2 * FAILURES_SHOWN) return;
    this.failures.sort(byRun).splice(FAILURES_SHOWN);
  }

  private fleetCause(
    key: string,
    tally: Tally,
    against: ReadonlyMap<string, EarlierCause> | undefined,
  ): FleetCause {
    const { runs, findings, example, page, count, values, groups } = tally;
    const { cause, message, fix, first, last = null } = count;
    const shares = this.sharesOf(values);
    const before = against?.get(key);
    return {
      cause,
      runs,
      findings,
      isSteady: [...groups].every(([group, hit]) => hit === this.groups.get(group)),
      isNew: against === undefined ? undefined : before === undefined,
      before: before === undefined ? undefined : { runs: before.runs, of: before.of },
      shares,
      common: commonValues(shares, runs, this.values, this.ids.size - this.failed),
      example: { run: example, page, message, fix, first, last },
    };
  }

  private sharesOf(values: ReadonlyMap<string, number>): GroupShare[] {
    const shares = [...values].map(([text, hit]) => {
      const [key, value] = JSON.parse(text) as [string, string];
      return { key, value, hit, runs: this.values.get(key)?.get(value) ?? hit };
    });
    return shares.sort((a, b) => {
      const byShare = b.hit / b.runs - a.hit / a.runs;
      if (byShare !== 0) return byShare;
      if (a.hit !== b.hit) return b.hit - a.hit;
      return `${a.key}=${a.value}` < `${b.key}=${b.value}` ? -1 : 1;
    });
  }
}

function raise(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function byRun(a: FleetFailure, b: FleetFailure): number {
  return a.run < b.run ? -1 : a.run > b.run ? 1 : 0;
}

/** Errors before warnings before information, each by how many runs they hit. */
function byRuns(a: FleetCause, b: FleetCause): number {
  if (a.cause.severity === b.cause.severity && a.runs !== b.runs) return b.runs - a.runs;
  return byCause(a, b);
}
