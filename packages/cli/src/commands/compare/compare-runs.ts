import { existsSync } from "node:fs";
import type { DomainSpec } from "@xgt/hypercall-log";
import {
  BehaviourReplay,
  CauseTable,
  type ComparedRun,
  type Comparison,
  compareRuns,
} from "@xgt/p2m-tracker";
import { passesRule, type ReportFilter } from "../../run/finding-filter.ts";
import { type Run, type RunRequest, replayLogs } from "../../run/replay-logs.ts";
import { causeOf } from "./cause-of.ts";

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

/** Replays both runs, the base first. Throws LogOpenError where no log of a run can be opened. */
export async function compareLogs(
  base: RunRequest,
  patched: RunRequest,
  filter: ReportFilter,
  stdin: AsyncIterable<Uint8Array | string>,
): Promise<ComparedSides> {
  const before = await replaySide(base, filter, stdin);
  const after = await replaySide(patched, filter, stdin);
  return { base: before, patched: after, comparison: compareRuns(before.compared, after.compared) };
}

/** The logs that one argument names: a file, or several with commas between them. */
export function logsNamed(argument: string): string[] {
  if (argument === "-" || existsSync(argument)) return [argument];
  return argument.split(",").filter((path) => path !== "");
}

async function replaySide(
  request: RunRequest,
  filter: ReportFilter,
  stdin: AsyncIterable<Uint8Array | string>,
): Promise<ReplayedSide> {
  const causes = new CauseTable();
  let domains: readonly DomainSpec[] = [];
  let replay: BehaviourReplay | undefined;
  const run = await replayLogs(request, stdin, {
    makeReplay: (setup, options) => {
      const given = setup.spec?.domains ?? [];
      domains = given.length > 0 ? given : (setup.header?.domains ?? []);
      replay = new BehaviourReplay(setup, options);
      return replay;
    },
    onFinding: (finding, calls) => {
      if (passesRule(filter, finding.rule)) causes.add(causeOf(finding, calls, domains), finding);
    },
  });
  return { run, compared: { causes, behaviour: replay?.behaviour(run.result) ?? [] } };
}
