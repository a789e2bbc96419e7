import { spawnSync } from "node:child_process";

/** True where the device tree compiler is installed. */
export const dtcInstalled = spawnSync("dtc", ["--version"]).status === 0;

/** Runs dtc over an input; throws with its complaints where it refuses. */
export function dtc(
  from: "dts" | "dtb",
  to: "dts" | "dtb",
  input: Uint8Array | string,
  options: string[] = [],
): Buffer {
  const run = spawnSync("dtc", ["-q", "-I", from, "-O", to, ...options, "-"], {
    input,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status !== 0) throw new Error(`dtc: ${run.stderr.toString()}`);
  return run.stdout;
}
