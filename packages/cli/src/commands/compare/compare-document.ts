import { causeKey, type Finding, type FindingsDocument } from "@xgt/findings";
import { type ComparedSides, nothingChecked, type ReplayedSide } from "@xgt/run";
import { shownPath } from "../../terminal/shown-path.ts";
import { unreadRemarks } from "../replay/replay-remarks.ts";
import { severityCounts } from "./compare-verdict.ts";

/** A comparison as findings: those of the patched run whose cause is new. For the forms that all commands share. */
export function compareDocument({ base, patched, comparison }: ComparedSides): FindingsDocument {
  const added = new Set(comparison.added.map(({ cause }) => causeKey(cause)));
  const isNew = ({ cause }: Finding) => cause !== undefined && added.has(causeKey(cause));
  const { run } = patched;
  return {
    subject: run.inputs.map(({ log }) => shownPath(log.path)).join(", "),
    tables: [],
    findings: run.findings.list.filter(isNew),
    undecided: run.findings.undecided(run.result.undecided),
    summary: { ...severityCounts(comparison.added), indeterminate: run.summary.indeterminate },
    listings: [],
    remarks: [],
    troubles: [...troublesOf(base), ...troublesOf(patched)],
  };
}

function troublesOf({ run }: ReplayedSide): string[] {
  const nothing = nothingChecked(run);
  const unopened = run.unopened.map(({ message }) => message);
  return [...unopened, ...unreadRemarks(run).map(({ text }) => text), ...(nothing === null ? [] : [nothing])];
}
