import { fetchPackages } from "@xgt/lab";
import type { LabFetchOptions } from "./commands/lab.ts";
import { ExitStatus } from "./exit-status.ts";
import type { Io } from "./io.ts";
import { labErrorsAsCliErrors, releaseNamed, sayTo } from "./lab-machine.ts";
import { allScenarios } from "./lab-scenarios.ts";

/** Fetches the packages that any scenario needs. Throws CliError. */
export async function labFetch(options: LabFetchOptions, io: Io): Promise<number> {
  const groups = new Set((await allScenarios()).flatMap((scenario) => scenario.groups));
  const release = releaseNamed(options.xenRelease);
  await labErrorsAsCliErrors(() => fetchPackages({ release, groups, say: sayTo(io) }));
  return ExitStatus.clean;
}
