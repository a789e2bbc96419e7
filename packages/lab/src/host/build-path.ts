import { LabError } from "./lab-error.ts";

/** make, kbuild and apt's configuration take no path with blanks, and expand or cut at some other characters. */
const FIT = /^[\p{L}\p{N}/._+,@~-]*$/u;

/** Refuses a folder whose path a kernel's build would not understand. `change` says how to name another. Throws LabError. */
export function checkBuildPath(path: string, change: string): void {
  if (FIT.test(path)) return;
  throw new LabError(
    `${path}: a kernel cannot be built here: its path holds more than letters, digits and /._+,@~-; ${change}`,
  );
}
