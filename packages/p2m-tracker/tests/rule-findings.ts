import { expect } from "vitest";
import { frame } from "../src/rules/kinds/example.ts";
import { replayText } from "./replay-text.ts";

/** "error 0x80000+2" of every finding of a rule, in order; a "?" where it is not certain. */
export async function said(rule: string, log: string): Promise<string[]> {
  const { result, problems } = await replayText(log);
  expect(problems).toEqual([]);
  return result.findings
    .filter((finding) => finding.rule === rule)
    .map((finding) => {
      const at = finding.gfn === null ? "-" : frame(finding.gfn);
      const count = finding.count === 1 ? "" : `+${finding.count}`;
      return `${finding.severity} ${at}${count}${finding.certain ? "" : "?"}`;
    });
}

/** The messages of every finding of a rule, in order. */
export async function messages(rule: string, log: string): Promise<string[]> {
  const { result } = await replayText(log);
  return result.findings.filter((finding) => finding.rule === rule).map((finding) => finding.message);
}
