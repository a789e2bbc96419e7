import { fetchPackages } from "@xgt/lab";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import type { LabFetchOptions } from "./lab.ts";
import { labErrorsAsCliErrors, releaseNamed, sayTo } from "./lab-machine.ts";
import { allScenarios } from "./lab-scenarios.ts";

/** Fetches the packages that any scenario needs. Throws CliError. */
export async function labFetch(options: LabFetchOptions, io: Io): Promise<number> {
  const groups = new Set((await allScenarios()).flatMap((scenario) => scenario.groups));
  const release = releaseNamed(options.xenRelease);
  await labErrorsAsCliErrors(() => fetchPackages({ release, groups, say: sayTo(io) }));
  return ExitStatus.clean;
}
