import type { Finding } from "@xgt/findings";
import type { DomainSpec } from "@xgt/hypercall-log";
import type { ReplayObserver } from "@xgt/p2m-tracker";
import { causeOf } from "../findings/cause-of.ts";
import { type FindingFilter, passesRule } from "../findings/finding-filter.ts";
import { type Run, type RunContext, type RunOptions, replayRun } from "../replay/replay-run.ts";
import type { RunRequest } from "../replay/run-request.ts";
import { knownDomains } from "../specification/known-domains.ts";
import { BehaviourFigures } from "./behaviour.ts";
import { CauseTable } from "./cause-table.ts";
import { type ComparedRun, type Comparison, compareSides } from "./comparison.ts";

/** A run that is compared: what was replayed, and its findings by cause. */
export interface ReplayedSide {
  readonly run: Run;
  readonly compared: ComparedRun;
}

/** Two runs and what is different. */
export interface ComparedSides {
  readonly base: ReplayedSide;
  readonly patched: ReplayedSide;
  readonly comparison: Comparison;
}

/** How two runs are compared. */
export interface CompareOptions {
  /** Which rules are compared (a filter's `rules` and `ignored`); absent: all. */
  readonly filter?: Pick<FindingFilter, "rules" | "ignored"> | undefined;
  /** What `-` reads; absent: this process's standard input. */
  readonly stdin?: RunOptions["stdin"];
  /** Makes those that are told of each replay besides; `side` says of which. */
  readonly observers?:
    | ((context: RunContext, side: "base" | "patched") => readonly ReplayObserver[])
    | undefined;
}

/** Replays both runs, the base first, and says what is different. Throws LogOpenError where no log of a run can be opened. */
export async function compareRuns(
  base: RunRequest,
  patched: RunRequest,
  options: CompareOptions = {},
): Promise<ComparedSides> {
  const before = await replaySide(base, "base", options);
  const after = await replaySide(patched, "patched", options);
  return { base: before, patched: after, comparison: compareSides(before.compared, after.compared) };
}

async function replaySide(
  request: RunRequest,
  side: "base" | "patched",
  { filter, stdin, observers }: CompareOptions,
): Promise<ReplayedSide> {
  const causes = new CauseTable();
  const figures = new BehaviourFigures();
  const run = await replayRun(request, {
    stdin,
    observers: (context) => [
      figures,
      new CauseObserver(causes, filter ?? {}, context),
      ...(observers?.(context, side) ?? []),
    ],
  });
  return { run, compared: { causes, behaviour: figures.behaviour } };
}

/** Sorts a run's findings by cause. */
class CauseObserver implements ReplayObserver {
  private readonly causes: CauseTable;
  private readonly filter: FindingFilter;
  private readonly context: RunContext;
  private readonly domains: readonly DomainSpec[];

  constructor(causes: CauseTable, filter: FindingFilter, context: RunContext) {
    this.causes = causes;
    this.filter = filter;
    this.context = context;
    this.domains = knownDomains(context.setup);
  }

  finding(finding: Finding, atEnd: boolean): void {
    if (!passesRule(this.filter, finding.rule)) return;
    const placed = atEnd ? { ...finding, event: null } : finding;
    this.causes.add(causeOf(finding, atEnd, this.context.calls, this.domains), placed);
  }
}
