import { statSync } from "node:fs";
import { plainPalette } from "@xgt/findings";
import { type KernelChoice, kernelSuites, Lab, LabError, type LabRelease, labReleases } from "@xgt/lab";
import { CliError } from "../../terminal/cli-error.ts";
import type { Io } from "../../terminal/io.ts";
import { messageLine } from "../../terminal/messages.ts";
import { needsStaticMemory, planLinuxDomU } from "./lab-domu.ts";

/** Which machine a lab command runs on. */
interface MachineOptions {
  readonly xenRelease: string;
  readonly xen?: string;
  /** The guest's images are kept between runs. */
  readonly reuse?: boolean;
  /** The guest is Dom0 or a dom0less domU. */
  readonly as: "dom0" | "domU";
}

/** Prepares a lab, hands it over, and takes all that it made away, whatever happens. Throws CliError. */
export async function withLab<T>(
  options: MachineOptions,
  kernel: string | undefined,
  io: Io,
  use: (lab: Lab) => Promise<T>,
): Promise<T> {
  const release = releaseNamed(options.xenRelease);
  const choice = kernel === undefined ? undefined : kernelChoice(kernel);
  const isDomU = options.as === "domU";
  if (isDomU) needsStaticMemory(options.xen);
  return labErrorsAsCliErrors(async () => {
    const { xen, reuse } = options;
    const wanted = { release, xen, kernel: choice, reuse, say: sayTo(io) };
    const lab = await Lab.prepare(wanted, isDomU ? planLinuxDomU : undefined);
    try {
      return await use(lab);
    } finally {
      await lab.close();
    }
  });
}

/** What keeps a lab from running is what a user can put right. */
export async function labErrorsAsCliErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LabError) throw new CliError(error.message, error.said);
    throw error;
  }
}

/** The release that `--xen-release` names. */
export function releaseNamed(xenRelease: string): LabRelease {
  return labReleases.find(({ xen }) => xen === xenRelease) ?? labReleases[0];
}

/** Tells on stderr what a lab is busy with. */
export function sayTo(io: Io): (text: string) => void {
  return (text) => void io.stderr.write(messageLine("info", text, plainPalette));
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
