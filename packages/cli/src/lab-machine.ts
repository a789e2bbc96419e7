import { statSync } from "node:fs";
import { plainPalette } from "@xgt/findings";
import { type KernelChoice, kernelSuites, Lab, LabError, labReleases } from "@xgt/lab";
import { CliError } from "./cli-error.ts";
import type { Io } from "./io.ts";
import { messageLine } from "./terminal/messages.ts";

/** Which machine a lab command runs on. */
export interface MachineOptions {
  readonly xenRelease: string;
  readonly xen?: string;
}

/** Prepares a lab, hands it over, and takes all that it made away, whatever happens. Throws CliError. */
export async function withLab<T>(
  options: MachineOptions,
  kernel: string | undefined,
  io: Io,
  use: (lab: Lab) => Promise<T>,
): Promise<T> {
  const release = labReleases.find(({ xen }) => xen === options.xenRelease) ?? labReleases[0];
  const choice = kernel === undefined ? undefined : kernelChoice(kernel);
  try {
    const lab = await Lab.prepare({
      release,
      xen: options.xen,
      kernel: choice,
      say: (text) => void io.stderr.write(messageLine("info", text, plainPalette)),
    });
    try {
      return await use(lab);
    } finally {
      await lab.close();
    }
  } catch (error) {
    if (error instanceof LabError) throw new CliError(error.message);
    throw error;
  }
}

/** "debian:bookworm", a build tree, or an Image. Throws CliError. */
function kernelChoice(text: string): KernelChoice {
  if (text.startsWith("debian:")) {
    const suite = kernelSuites.find((known) => text === `debian:${known.suite}`);
    if (suite !== undefined) return { suite };
    const known = kernelSuites.map(({ suite }) => `debian:${suite}`).join(" or ");
    throw new CliError(`${text}: no such kernel; write ${known}, a build tree or an Image`);
  }
  const status = statSync(text, { throwIfNoEntry: false });
  if (status === undefined)
    throw new CliError(`${text}: no such file; --kernel takes a build tree, an Image or debian:SUITE`);
  return status.isDirectory() ? { tree: text } : { image: text };
}
