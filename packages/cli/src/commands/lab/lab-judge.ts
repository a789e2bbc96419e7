import { basename } from "node:path";
import { counted, type FindingsDocument, plainPalette } from "@xgt/findings";
import { compareRuns, type Run, replayRun } from "@xgt/run";
import type { Io } from "../../terminal/io.ts";
import { compareDocument } from "../compare/compare-document.ts";
import { compareText } from "../compare/compare-text.ts";
import { severityCounts } from "../compare/compare-verdict.ts";
import { emptyDocument } from "./lab-report.ts";

/** What a scenario's log shows. */
export interface Judgement {
  /** Errors; beside a baseline those that it lacks. */
  readonly errors: number;
  /** Why the log cannot clear the kernel: it is not whole. */
  readonly gaps: readonly string[];
  /** The same for the forms that all commands share. */
  readonly document: FindingsDocument;
}

/** Replays one scenario's log and prints what it shows. */
export async function judgeLog(
  name: string,
  log: string,
  io: Io,
  from: "ndjson" | "console" = "ndjson",
): Promise<Judgement> {
  const run = await replayRun({ paths: [log], from }, { stdin: io.stdin });
  const { result, findings, summary } = run;
  const { error, warning, info } = summary;
  await io.stdout.write(
    `${name}: ${counted(result.operations, "operation")}: ${counted(error, "error")}, ${counted(warning, "warning")}, ${info} information\n`,
  );
  for (const finding of findings.list) {
    if (finding.severity === "info") continue;
    const place = finding.location === null ? "" : ` (${basename(log)}:${finding.location.place})`;
    await io.stdout.write(
      `  ${finding.severity}: ${finding.rule} ${finding.name}: ${finding.message}${place}\n`,
    );
  }
  const gaps = gapsOf(name, run);
  const document = {
    ...emptyDocument(name),
    findings: findings.list,
    undecided: findings.undecided(result.undecided),
    unmodelled: result.unmodelled,
    summary,
    troubles: gaps,
  };
  return { errors: error, gaps, document };
}

/** Replays one scenario's logs of both kernels and prints the difference. */
export async function judgeAgainst(name: string, before: string, after: string, io: Io): Promise<Judgement> {
  const sides = await compareRuns({ paths: [before] }, { paths: [after] }, { stdin: io.stdin });
  const { base, patched, comparison } = sides;
  await io.stdout.write(`== ${name}\n`);
  for (const piece of compareText({ base, patched, comparison }, plainPalette, false)) {
    await io.stdout.write(piece);
  }
  const gaps = [...gapsOf(`${name}, baseline`, base.run), ...gapsOf(name, patched.run)];
  const document = { ...compareDocument(sides), subject: name, troubles: gaps };
  return { errors: severityCounts(comparison.added).error, gaps, document };
}

function gapsOf(name: string, run: Run): string[] {
  const gaps: string[] = [];
  for (const { log } of run.inputs) {
    const { lost, problemCount, truncated } = log.stats;
    if (lost > 0) gaps.push(`${name}: ${counted(lost, "record")} lost`);
    if (problemCount > 0) gaps.push(`${name}: ${counted(problemCount, "unreadable place")}`);
    if (truncated) gaps.push(`${name}: the log is cut`);
  }
  if (run.unopened.length > 0 || run.result.operations === 0) gaps.push(`${name}: no hypercall was recorded`);
  return gaps;
}
