import { constants } from "node:fs";
import { access, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { counted, type Finding } from "@xgt/findings";
import {
  GuestPanic,
  type Lab,
  makeFolder,
  type RecorderKind,
  recorderKinds,
  recordersOf,
  removeFolder,
  type Scenario,
  ScenarioFailure,
} from "@xgt/lab";
import { CliError } from "../../terminal/cli-error.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import type { LabRunOptions } from "./lab.ts";
import { type Judgement, judgeAgainst, judgeLog } from "./lab-judge.ts";
import { sayTo, withLab } from "./lab-machine.ts";
import { emptyDocument, endFinding, LabReport, planFinding } from "./lab-report.ts";
import { allScenarios } from "./lab-scenarios.ts";
import { judgeSecondLog, type SecondLog, writeSecondLogs } from "./lab-second-log.ts";

/** Runs scenarios on a real Xen and says what their replay shows. Throws CliError. */
export async function labRun(options: LabRunOptions, io: Io): Promise<number> {
  const scenarios = chosen(await allScenarios(), options.scenario);
  const beside = recorderKinds.filter(({ name }) => options.capture.includes(name));
  const folder = options.output ?? (await makeFolder(join(tmpdir(), "xgt-lab-logs-")));
  await makeOutput(folder);
  const report = new LabReport(options, io);
  try {
    const run = (kernel: string | undefined, side: Side) =>
      withLab(options, kernel, io, async (lab) => {
        const possible =
          options.scenario === undefined
            ? withoutBlind(lab, asTheGuest(lab, scenarios, io), io)
            : asTheGuest(lab, scenarios, io);
        return runAll(lab, possible, beside, { side, folder }, io);
      });
    const base = options.baseline === undefined ? null : await run(options.baseline, "baseline");
    const all = await run(options.kernel, "kernel");
    const notRun = scenarios.filter(({ name }) => !all.has(name)).map(({ name }) => name);
    let errors = 0;
    const gaps: string[] = [];
    for (const [name, logs] of all) {
      const judged = await judgeScenario(name, logs, base?.get(name)?.log ?? null, report);
      errors += judged.errors;
      gaps.push(...judged.gaps);
    }
    const what = counted(all.size, "scenario");
    for (const gap of gaps) await report.text.stdout.write(`not judged: ${gap}\n`);
    const said = verdict(errors, gaps.length > 0, base !== null);
    await report.text.stdout.write(`result: ${said} in ${what}${notRunText(notRun)}\n`);
    await report.end();
    if (gaps.length > 0) return ExitStatus.trouble;
    return errors === 0 ? ExitStatus.clean : ExitStatus.findings;
  } finally {
    report.discard();
    if (options.output === undefined) await removeFolder(folder);
  }
}

/** What one scenario's logs show, and how its run ended. */
async function judgeScenario(
  name: string,
  { log, second, failure, difference }: Logs,
  before: string | null,
  report: LabReport,
): Promise<Pick<Judgement, "errors" | "gaps">> {
  const io = report.text;
  const none = { errors: 0, gaps: [], document: emptyDocument(name) };
  const judge = (path: string) =>
    before === null ? judgeLog(name, path, io) : judgeAgainst(name, before, path, io);
  const judged = log === null ? none : await judge(log);
  let { errors } = judged;
  if (log !== null) for (const one of second) errors += await judgeSecondLog(log, one, io);
  const ends: Finding[] = [];
  if (failure !== null) {
    errors++;
    const id = failure instanceof GuestPanic ? "B01" : "B02";
    const what = id === "B01" ? "the guest panicked" : `scenario ${name} failed`;
    ends.push(endFinding(id, what, failure.said));
    const head = log === null ? `${name}: no log\n` : "";
    await io.stdout.write(`${head}${[`  error: ${failure.message}`, ...failure.said].join("\n    ")}\n`);
  }
  if (difference !== "") {
    errors++;
    const finding = planFinding(difference);
    ends.push(finding);
    await io.stdout.write(`  error: ${finding.message}\n`);
  }
  await report.add(judged.document, ends);
  return { errors, gaps: judged.gaps };
}

function notRunText(names: readonly string[]): string {
  return names.length === 0 ? "" : `; not run: ${names.join(", ")}`;
}

function verdict(errors: number, hasGaps: boolean, isCompared: boolean): string {
  const what = isCompared ? "new error" : "error";
  if (errors > 0) return counted(errors, what);
  return hasGaps ? `no ${what} seen, but logs are not whole,` : `1:1 is kept: no ${what}`;
}

type Side = "baseline" | "kernel";

/** What a scenario's run left: the module's log, and another recorder's. */
interface Logs {
  /** Null: the guest died and took it along. */
  readonly log: string | null;
  readonly second: readonly SecondLog[];
  /** The script failed, and the log up to there is what tells why; or the guest panicked. */
  readonly failure: ScenarioFailure | GuestPanic | null;
  /** How a domU differs from the planned one; "": not at all. */
  readonly difference: string;
}

/** Leaves out what a domU cannot do. */
function asTheGuest(lab: Lab, scenarios: readonly Scenario[], io: Io): readonly Scenario[] {
  if (!lab.isDomU) return scenarios;
  const names = scenarios.filter(({ needsDom0 }) => needsDom0).map(({ name }) => name);
  if (names.length > 0) sayTo(io)(`not run: ${names.join(", ")}: only Dom0 may do what they do`);
  return scenarios.filter(({ needsDom0 }) => !needsDom0);
}

/** Leaves scenarios with DMA out where the kernel's log would tell nothing of it. */
function withoutBlind(lab: Lab, scenarios: readonly Scenario[], io: Io): readonly Scenario[] {
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
  beside: readonly RecorderKind[],
  place: { readonly side: Side; readonly folder: string },
  io: Io,
): Promise<Map<string, Logs>> {
  const folder = join(place.folder, place.side);
  await mkdir(folder, { recursive: true });
  const logs = new Map<string, Logs>();
  for (const scenario of scenarios) await lab.check(scenario);
  for (const scenario of scenarios) {
    const { run, failure } = await runOne(lab, scenario, beside);
    const misfit = failure === null ? "" : lab.misfit(scenario, failure.console);
    if (misfit !== "") {
      sayTo(io)(`not run: ${scenario.name}: ${misfit}`);
      continue;
    }
    if (failure !== null && place.side === "baseline") throw failure;
    if (run === null) {
      logs.set(scenario.name, { log: null, second: [], failure, difference: "" });
      continue;
    }
    const log = join(folder, `${scenario.name}.ndjson`);
    await writeFile(log, run.log);
    const second: SecondLog[] = [];
    for (const kind of beside) second.push(...(await writeSecondLogs(kind, run.results, log, folder)));
    logs.set(scenario.name, { log, second, failure, difference: run.difference });
    const { bootSeconds, seconds } = run.machine;
    await io.stderr.write(
      `${scenario.name}: ${lab.title}: up after ${bootSeconds.toFixed(1)} s, done after ${seconds.toFixed(1)} s\n`,
    );
  }
  return logs;
}

async function runOne(lab: Lab, scenario: Scenario, beside: readonly RecorderKind[]) {
  try {
    const recorders = beside.length === 0 ? undefined : recordersOf(beside);
    return { run: await lab.run(scenario, new Map(), [], recorders), failure: null };
  } catch (failure) {
    if (failure instanceof ScenarioFailure) return { run: failure.run, failure };
    if (failure instanceof GuestPanic) return { run: null, failure };
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
