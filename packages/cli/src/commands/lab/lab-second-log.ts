import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { counted, type Finding } from "@xgt/findings";
import { domainSpecJson, LogOpenError, openLog } from "@xgt/hypercall-log";
import { lostEvents, type RecorderKind, type ScenarioRun } from "@xgt/lab";
import { type GivenDomains, type Run, replayRun } from "@xgt/run";
import { CliError } from "../../terminal/cli-error.ts";
import type { Io } from "../../terminal/io.ts";

/** What a second recorder left of a scenario's run. */
export interface SecondLog {
  readonly path: string;
  /** Events that it says it lost; null: its log says so itself. */
  readonly lost: number | null;
}

/**
 * Writes what a recorder of this kind left into `folder` beside the module's log, `log`, with the domains as a file of their
 * own: such logs have no header. Throws CliError where the recorder left none.
 */
export async function writeSecondLogs(
  kind: RecorderKind,
  results: ScenarioRun["results"],
  log: string,
  folder: string,
): Promise<SecondLog[]> {
  const name = basename(log, ".ndjson");
  await writeFile(
    join(folder, `${name}.domains.json`),
    `${JSON.stringify(domainSpecJson((await domainsOf(log)).spec))}\n`,
  );
  const statistics = kind.statistics === null ? undefined : results.get(kind.statistics);
  const lost = statistics === undefined ? null : lostEvents(statistics.toString("latin1"));
  const seconds: SecondLog[] = [];
  for (const { result, ending } of kind.logs) {
    const content = results.get(result);
    if (content === undefined) throw new CliError(`${name}: ${kind.name} left no log in the guest`);
    const path = join(folder, `${name}.${ending}`);
    await writeFile(path, content);
    seconds.push({ path, lost });
  }
  return seconds;
}

/**
 * Says what a second recorder's log shows alone, and whether both logs together show what the module's does. Returns the
 * number of errors that only both together show.
 */
export async function judgeSecondLog(log: string, second: SecondLog, io: Io): Promise<number> {
  const given = await domainsOf(log);
  const replayed = async (...paths: string[]) => {
    try {
      return await replayRun({ paths, given }, { stdin: io.stdin });
    } catch (error) {
      if (error instanceof LogOpenError) throw new CliError(error.message);
      throw error;
    }
  };
  const own = await replayed(second.path);
  const lost = second.lost ?? own.inputs.reduce((sum, input) => sum + input.log.stats.lost, 0);
  await io.stdout.write(
    `  ${basename(second.path)} alone: ${verdictOf(own)}, ${counted(lost, "lost event")}\n`,
  );
  const module = await replayed(log);
  const both = await replayed(log, second.path);
  const differences = differencesOf(module.findings.list, both.findings.list);
  await io.stdout.write(
    `  both logs: ${verdictOf(both)}: ${differences.length === 0 ? "the same findings" : "different findings"}\n`,
  );
  for (const difference of differences) await io.stdout.write(`    ${difference}\n`);
  return Math.max(0, both.summary.error - module.summary.error);
}

function verdictOf({ result, summary, inputs }: Run): string {
  const { error, warning } = summary;
  const problems = inputs.reduce((sum, { log }) => sum + log.stats.problemCount, 0);
  const unreadable = problems === 0 ? "" : `, ${counted(problems, "unreadable place")}`;
  return `${counted(result.operations, "operation")}, ${counted(error, "error")}, ${counted(warning, "warning")}${unreadable}`;
}

/** Rules that two replays do not find as often, information apart. */
function differencesOf(module: readonly Finding[], both: readonly Finding[]): string[] {
  const counts = new Map<string, [number, number]>();
  for (const [side, findings] of [module, both].entries()) {
    for (const { rule, severity } of findings) {
      if (severity === "info") continue;
      const count = counts.get(rule) ?? [0, 0];
      count[side]++;
      counts.set(rule, count);
    }
  }
  return [...counts]
    .filter(([, [one, other]]) => one !== other)
    .map(([rule, [one, other]]) => `${rule}: ${one} by the module's log, ${other} by both`)
    .sort();
}

/** The domains of the module's log, told by its header. */
async function domainsOf(log: string): Promise<GivenDomains> {
  const source = await openLog(log);
  await source.close();
  return { spec: source.header ?? { domains: [], facts: [] }, notes: [] };
}
