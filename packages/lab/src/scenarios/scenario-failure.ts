import { LabError } from "../host/lab-error.ts";
import { lastLines } from "../host/run-tool.ts";
import type { ScenarioRun } from "./lab.ts";

/** A scenario whose script failed on a machine that worked: its log may tell why. */
export class ScenarioFailure extends LabError {
  /** What the run left up to there. */
  readonly run: ScenarioRun;

  /** All that the console showed. */
  get console(): string {
    return this.run.machine.console;
  }

  constructor(scenario: string, run: ScenarioRun) {
    super(`scenario ${scenario} failed (${run.machine.status}); it said:`, lastLines(run.output));
    this.run = run;
  }
}
