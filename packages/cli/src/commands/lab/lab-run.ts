import { constants } from "node:fs";
import { access, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Lab,
  makeFolder,
  type RecorderKind,
  recorderKinds,
  removeFolder,
  type Scenario,
  ScenarioFailure,
} from "@xgt/lab";
import { CliError } from "../../terminal/cli-error.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { counted } from "../../terminal/quantity.ts";
import type { LabRunOptions } from "./lab.ts";
import { judgeAgainst, judgeLog } from "./lab-judge.ts";
import { sayTo, withLab } from "./lab-machine.ts";
import { allScenarios } from "./lab-scenarios.ts";
import { judgeSecondLog, type SecondLog, writeSecondLog } from "./lab-second-log.ts";

/** Runs scenarios on a real Xen and says what their replay shows. Throws CliError. */
export async function labRun(options: LabRunOptions, io: Io): Promise<number> {
  const scenarios = chosen(await allScenarios(), options.scenario);
  const beside = recorderKinds.find(({ name }) => name === options.capture);
  const folder = options.output ?? (await makeFolder(join(tmpdir(), "xgt-lab-logs-")));
  await makeOutput(folder);
  try {
    const run = (kernel: string | undefined, side: Side) =>
      withLab(options, kernel, io, async (lab) => {
        const possible = options.scenario === undefined ? await withoutBlind(lab, scenarios, io) : scenarios;
        return runAll(lab, possible, beside, { side, folder }, io);
      });
    const base = options.baseline === undefined ? null : await run(options.baseline, "baseline");
    const logs = await run(options.kernel, "kernel");
    let errors = 0;
    const gaps: string[] = [];
    for (const [name, { log, second, failure }] of logs) {
      const before = base?.get(name)?.log;
      const judged =
        before === undefined ? await judgeLog(name, log, io) : await judgeAgainst(name, before, log, io);
      errors += judged.errors;
      gaps.push(...judged.gaps);
      if (second !== null) errors += await judgeSecondLog(log, second, io);
      if (failure !== null) {
        errors++;
        await io.stdout.write(`${[`  error: ${failure.message}`, ...failure.said].join("\n    ")}\n`);
      }
    }
    const what = counted(logs.size, "scenario");
    for (const gap of gaps) await io.stdout.write(`not judged: ${gap}\n`);
    await io.stdout.write(`result: ${verdict(errors, gaps.length > 0, base !== null)} in ${what}\n`);
    if (gaps.length > 0) return ExitStatus.trouble;
    return errors === 0 ? ExitStatus.clean : ExitStatus.findings;
  } finally {
    if (options.output === undefined) await removeFolder(folder);
  }
}

function verdict(errors: number, hasGaps: boolean, isCompared: boolean): string {
  const what = isCompared ? "new error" : "error";
  if (errors > 0) return counted(errors, what);
  return hasGaps ? `no ${what} seen, but logs are not whole,` : `1:1 is kept: no ${what}`;
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
    const log = join(folder, `${scenario.name}.ndjson`);
    await writeFile(log, run.log);
    if (failure !== null && place.side === "baseline") throw failure;
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

/** Before anything is fetched or boots: that logs can be written at all. */
async function makeOutput(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    throw new CliError(`${folder}: logs cannot be written there (${code})`);
  }
}

function chosen(scenarios: readonly Scenario[], names: readonly string[] | undefined): Scenario[] {
  if (names === undefined) return scenarios.filter(({ expected }) => expected.length === 0);
  return names.map((name) => {
    const found = scenarios.find((scenario) => scenario.name === name);
    if (found !== undefined) return found;
    throw new CliError(`no scenario is called ${name}; \`xgt lab list\` lists them`);
  });
}
