import { expect } from "vitest";
import { exampleLogWith } from "../../src/rules/kinds/example.ts";
import { frameKindNames } from "../../src/state/frame-kind.ts";
import { replayText } from "../replay-text.ts";

/** Releases that the semantics tell apart, oldest first. */
export const RELEASES = [
  "4.14",
  "4.15",
  "4.16",
  "4.17",
  "4.18",
  "4.19",
  "4.20",
  "4.21",
  "4.22",
  "4.23",
] as const;

/** Rules of the H list that a log breaks under a release. */
export async function broken(xen: string, ...events: object[][]): Promise<string[]> {
  const { result, problems } = await replayText(exampleLogWith({ xen, from_boot: true }, ...events));
  expect(problems).toEqual([]);
  return result.findings.filter(({ rule }) => rule.startsWith("H")).map(({ rule }) => rule);
}

/** Releases whose Xen gives this answer: the log does not contradict it. */
export async function releasesOf(...events: object[][]): Promise<string[]> {
  const answers: string[] = [];
  for (const xen of RELEASES) if ((await broken(xen, ...events)).length === 0) answers.push(xen);
  return answers;
}

/** What a gfn holds at the end. */
export async function kindAt(gfn: number, xen: string, ...events: object[][]): Promise<string> {
  const { replay } = await replayText(exampleLogWith({ xen, from_boot: true }, ...events));
  return frameKindNames[replay.machine.domains.get(0)?.p2m.kindOf(gfn) ?? 0];
}

/** Releases from one on. */
export const from = (first: string) => RELEASES.slice(RELEASES.indexOf(first as "4.14"));
/** Releases up to one. */
export const upTo = (last: string) => RELEASES.slice(0, RELEASES.indexOf(last as "4.14") + 1);
