import { severityRank } from "@xgt/findings";
import { lowerBound } from "../../map/search-sorted.ts";
import { isWrongDma } from "./moment.ts";
import type { ModelFinding, RunModel } from "./run-model.ts";

/** Findings that belong together, as one card. */
export interface FindingGroup {
  readonly key: string;
  readonly list: readonly ModelFinding[];
  /** The finding that stands for all of them. */
  readonly head: ModelFinding;
}

/** Which findings are listed. */
export interface FindingChoice {
  readonly domid: number;
  readonly shown: Readonly<Record<ModelFinding["severity"], boolean>>;
  readonly by: "frame" | "rule";
  /** Empty: all. */
  readonly task: string;
  readonly device: string;
  /** Of two runs that are compared: only these; absent: all. */
  readonly change?: ModelFinding["change"];
}

/** The findings in groups, the gravest first, then in order of time. */
export function findingGroups(run: RunModel, choice: FindingChoice): FindingGroup[] {
  const groups = new Map<string, ModelFinding[]>();
  for (const finding of run.findings) {
    if (!isListed(run, choice, finding)) continue;
    const key = choice.by === "rule" ? finding.rule : finding.gfn === null ? "" : `${finding.gfn}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups]
    .map(([key, list]) => ({ key, list, head: list.find(isWrongDma) ?? list[0] }))
    .sort((a, b) => rankOf(a) - rankOf(b) || a.list[0].at - b.list[0].at);
}

function isListed(run: RunModel, choice: FindingChoice, finding: ModelFinding): boolean {
  if (!choice.shown[finding.severity]) return false;
  if (choice.change !== undefined && finding.change !== choice.change) return false;
  if (finding.domid !== null && finding.domid !== choice.domid) return false;
  const { at, since } = finding;
  const acts = [at, since].filter((event) => event >= 0);
  if (choice.task !== "" && !acts.some((event) => run.task(event) === choice.task)) return false;
  return (
    choice.device === "" || finding.message.includes(choice.device) || isOfDevice(run, at, choice.device)
  );
}

function isOfDevice(run: RunModel, event: number, device: string): boolean {
  const { dma } = run.tables;
  const at = lowerBound(dma.event, event);
  return dma.event[at] === event && run.name(dma.device[at]) === device;
}

function rankOf({ list }: FindingGroup): number {
  return Math.min(...list.map(({ severity }) => severityRank(severity)));
}
