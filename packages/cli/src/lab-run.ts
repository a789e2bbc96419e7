import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { plainPalette } from "@xgt/findings";
import { type Lab, type RecorderKind, recorderKinds, type Scenario, ScenarioFailure } from "@xgt/lab";
import { CliError } from "./cli-error.ts";
import type { LabRunOptions } from "./commands/lab.ts";
import { compareLogs } from "./compare-runs.ts";
import { compareText } from "./compare-text.ts";
import { severityCounts } from "./compare-verdict.ts";
import { ExitStatus } from "./exit-status.ts";
import type { Io } from "./io.ts";
import { sayTo, withLab } from "./lab-machine.ts";
import { allScenarios } from "./lab-scenarios.ts";
import { judgeSecondLog, type SecondLog, writeSecondLog } from "./lab-second-log.ts";
import { type RunRequest, replayLogs } from "./replay-logs.ts";
import { counted } from "./terminal/quantity.ts";

/** Runs scenarios on a real Xen and says what their replay shows. Throws CliError. */
export async function labRun(options: LabRunOptions, io: Io): Promise<number> {
  const scenarios = chosen(await allScenarios(), options.scenario);
  const beside = recorderKinds.find(({ name }) => name === options.capture);
  const folder = options.output ?? (await mkdtemp(join(tmpdir(), "xgt-lab-logs-")));
  try {
    const run = (kernel: string | undefined, side: Side) =>
      withLab(options, kernel, io, async (lab) => {
        const possible = options.scenario === undefined ? await withoutBlind(lab, scenarios, io) : scenarios;
        return runAll(lab, possible, beside, { side, folder }, io);
      });
    const base = options.baseline === undefined ? null : await run(options.baseline, "baseline");
    const logs = await run(options.kernel, "kernel");
    let errors = 0;
    for (const [name, { log, second, failure }] of logs) {
      const before = base?.get(name)?.log;
      errors +=
        before === undefined ? await replayOne(name, log, io) : await compareOne(name, before, log, io);
      if (second !== null) errors += await judgeSecondLog(log, second, io);
      if (failure !== null) {
        errors++;
        await io.stdout.write(`${[`  error: ${failure.message}`, ...failure.said].join("\n    ")}\n`);
      }
    }
    const what = base === null ? "error" : "new error";
    await io.stdout.write(
      errors === 0
        ? `result: no ${what} in ${counted(logs.size, "scenario")}: 1:1 is kept\n`
        : `result: ${counted(errors, what)} in ${counted(logs.size, "scenario")}\n`,
    );
    return errors === 0 ? ExitStatus.clean : ExitStatus.findings;
  } finally {
    if (options.output === undefined) await rm(folder, { recursive: true, force: true });
  }
}

type Side = "baseline" | "kernel";

/** What a scenario's run left: the module's log, and another recorder's. */
interface Logs {
  readonly log: string;
  readonly second: SecondLog | null;
  /** The script failed, and the log up to there is what tells why. */
  readonly failure: ScenarioFailure | null;
}

/** Leaves scenarios with DMA out where the kernel's log would tell nothing of it. */
async function withoutBlind(lab: Lab, scenarios: readonly Scenario[], io: Io): Promise<readonly Scenario[]> {
  if (lab.hasDmaEvents) return scenarios;
  const names = scenarios.filter(({ needsDma }) => needsDma).map(({ name }) => name);
  if (names.length > 0)
    sayTo(io)(`not run: ${names.join(", ")}: ${lab.title} has no DMA events (Linux 6.12 brought them)`);
  return scenarios.filter(({ needsDma }) => !needsDma);
}

/** Boots once per scenario; logs by scenario. A scenario may fail on the kernel in question, not on its baseline. */
async function runAll(
  lab: Lab,
  scenarios: readonly Scenario[],
  beside: RecorderKind | undefined,
  place: { readonly side: Side; readonly folder: string },
  io: Io,
): Promise<Map<string, Logs>> {
  const folder = join(place.folder, place.side);
  await mkdir(folder, { recursive: true });
  const logs = new Map<string, Logs>();
  for (const scenario of scenarios) await lab.check(scenario);
  for (const scenario of scenarios) {
    const { run, failure } = await runOne(lab, scenario, beside);
    if (failure !== null && place.side === "baseline") throw failure;
    const log = join(folder, `${scenario.name}.ndjson`);
    await writeFile(log, run.log);
    const second = beside === undefined ? null : await writeSecondLog(beside, run.results, log, folder);
    logs.set(scenario.name, { log, second, failure });
    const { bootSeconds, seconds } = run.machine;
    await io.stderr.write(
      `${scenario.name}: ${lab.title}: up after ${bootSeconds.toFixed(1)} s, done after ${seconds.toFixed(1)} s\n`,
    );
  }
  return logs;
}

async function runOne(lab: Lab, scenario: Scenario, beside: RecorderKind | undefined) {
  try {
    return { run: await lab.run(scenario, new Map(), [], beside), failure: null };
  } catch (failure) {
    if (failure instanceof ScenarioFailure) return { run: failure.run, failure };
    throw failure;
  }
}

/** Errors of one scenario's replay. */
async function replayOne(name: string, log: string, io: Io): Promise<number> {
  const { result } = await replayLogs(requestOf(log), io.stdin, {});
  const { error, warning, info } = result.summary;
  await io.stdout.write(
    `${name}: ${counted(result.operations, "operation")}: ${counted(error, "error")}, ${counted(warning, "warning")}, ${info} information\n`,
  );
  for (const finding of result.findings) {
    if (finding.severity === "info") continue;
    const place = finding.location === null ? "" : ` (${basename(log)}:${finding.location.place})`;
    await io.stdout.write(
      `  ${finding.severity}: ${finding.rule} ${finding.name}: ${finding.message}${place}\n`,
    );
  }
  return error;
}

/** Errors that only the second log has. */
async function compareOne(name: string, before: string, after: string, io: Io): Promise<number> {
  const sides = await compareLogs(requestOf(before), requestOf(after), {}, io.stdin);
  await io.stdout.write(`== ${name}\n`);
  for (const piece of compareText(sides, plainPalette, false)) await io.stdout.write(piece);
  return severityCounts(sides.comparison.added).error;
}

function requestOf(path: string): RunRequest {
  return { paths: [path], given: null, skew: new Map() };
}

function chosen(scenarios: readonly Scenario[], names: readonly string[] | undefined): Scenario[] {
  if (names === undefined) return scenarios.filter(({ expected }) => expected.length === 0);
  return names.map((name) => {
    const found = scenarios.find((scenario) => scenario.name === name);
    if (found !== undefined) return found;
    throw new CliError(`no scenario is called ${name}; \`xgt lab list\` lists them`);
  });
}
